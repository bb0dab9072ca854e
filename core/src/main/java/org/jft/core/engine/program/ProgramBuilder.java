package org.jft.core.engine.program;

import java.util.ArrayList;
import java.util.List;

/** A program as it grows; numbers its values. */
final class ProgramBuilder {
    private final List<Value> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    /** Adds an input of the network. */
    Value input(String name, Shape shape) {
        Value value = next(name, shape);
        inputs.add(value);
        return value;
    }

    /** Adds a node that carries the vertex's own name. */
    Value add(Site site, Op op, Shape shape, Value... from) {
        return add(site, "", op, shape, from);
    }

    /** Adds a node that a vertex has beside the one of its name. */
    Value add(Site site, String suffix, Op op, Shape shape, Value... from) {
        Value value = next(site.name() + suffix, shape);
        nodes.add(new Node(op, List.of(from), value, site.frozen()));
        return value;
    }

    Program build(List<Value> outputs, boolean inputGradients) {
        return new Program(inputs, nodes, outputs, inputGradients);
    }

    private Value next(String name, Shape shape) {
        return new Value(inputs.size() + nodes.size(), name, shape);
    }
}
