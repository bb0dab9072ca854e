package org.jft.core.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Value;

/**
 * Nodes that run as one: {@code activation(norm(head(x)) + addend)}, where all but the head may be
 * missing. Values between them are never stored.
 *
 * @param head the first node
 * @param norm a batch norm behind a linear head whose statistics are known beforehand
 * @param addend what an {@link Op.Add} behind the others adds
 * @param activation the last node
 * @param output of the last node
 */
public record Group(
        Node head,
        Optional<Node> norm,
        Optional<Value> addend,
        Optional<Op.Activation> activation,
        Value output) {

    static Group of(Node head) {
        return new Group(head, Optional.empty(), Optional.empty(), Optional.empty(), head.output());
    }

    Group withNorm(Node node) {
        return new Group(head, Optional.of(node), addend, activation, node.output());
    }

    Group withAddend(Node add, Value other) {
        return new Group(head, norm, Optional.of(other), activation, add.output());
    }

    Group withActivation(Node node) {
        Op.Activation function = (Op.Activation) node.op();
        return new Group(head, norm, addend, Optional.of(function), node.output());
    }

    /** Returns every value it reads. */
    public List<Value> inputs() {
        List<Value> inputs = new ArrayList<>(head.inputs());
        addend.ifPresent(inputs::add);
        return inputs;
    }

    /** Returns whether the last thing it does is a plain rectifier. */
    public boolean endsInRelu() {
        return activation.isPresent() && activation.get().isRelu();
    }

    /** Returns whether the head multiplies by weights. */
    public boolean linear() {
        return head.op() instanceof Op.Weighted;
    }
}
