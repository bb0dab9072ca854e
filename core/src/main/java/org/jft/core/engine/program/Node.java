package org.jft.core.engine.program;

import java.util.List;

/**
 * One assignment: output = op(inputs).
 *
 * @param frozen whether its parameters stay; a frozen batch norm uses its running statistics
 */
public record Node(Op op, List<Value> inputs, Value output, boolean frozen) {
    public Node {
        inputs = List.copyOf(inputs);
    }

    /** Returns the only input of an op that has one. */
    public Value input() {
        return inputs.get(0);
    }

    /** Returns the name of the vertex. */
    public String name() {
        return output.name();
    }
}
