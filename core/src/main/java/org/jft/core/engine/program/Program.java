package org.jft.core.engine.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole network.
 *
 * @param inputs in the graph's order
 * @param nodes each behind all it reads
 * @param outputs in the graph's order; may name an input or the same value twice
 * @param inputGradients whether the gradients of the inputs are wanted
 */
public record Program(
        List<Value> inputs, List<Node> nodes, List<Value> outputs, boolean inputGradients) {
    public Program {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
    }

    /** Returns the nodes that read each value; a value that is only an output is not a key. */
    public Map<Value, List<Node>> readers() {
        Map<Value, List<Node>> readers = new HashMap<>();
        for (Node node : nodes) {
            for (Value input : node.inputs()) {
                readers.computeIfAbsent(input, value -> new ArrayList<>()).add(node);
            }
        }
        return readers;
    }

    /** One node a line, as {@code name: 64x56x56 = Convolution(name, name)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Node node : nodes) {
            text.append(node.name())
                    .append(": ")
                    .append(node.output().shape())
                    .append(" = ")
                    .append(node.op().getClass().getSimpleName())
                    .append(node.inputs().stream().map(Value::name).toList())
                    .append(node.frozen() ? " frozen" : "")
                    .append('\n');
        }
        return text.toString();
    }
}
