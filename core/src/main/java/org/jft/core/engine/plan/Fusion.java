package org.jft.core.engine.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * Finds the groups of a program. A node joins the one before it when nobody else reads the value
 * between them.
 *
 * <pre>
 *   training    batch norm [+ addend] [relu]      linear [activation]      add [relu]
 *   inference   linear [batch norm] [+ addend] [activation]      batch norm [+ addend] [relu]
 * </pre>
 *
 * In training a batch norm cannot join the convolution before it: its statistics are of the whole
 * output. An activation joins a linear node only if backward can do with its output.
 */
final class Fusion {
    private final Program program;
    private final boolean training;
    private final Map<Value, List<Node>> readers;
    private final Set<Value> outputs;
    private final Set<Node> grouped = new HashSet<>();

    private Fusion(Program program, boolean training) {
        this.program = program;
        this.training = training;
        readers = program.readers();
        outputs = new HashSet<>(program.outputs());
    }

    /** Returns the groups, each behind all it reads. */
    static List<Group> of(Program program, boolean training) {
        return new Fusion(program, training).groups();
    }

    private List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        // From the end, so that of two branches of a sum the one that is ready last takes the sum.
        for (int i = program.nodes().size() - 1; i >= 0; i--) {
            Node node = program.nodes().get(i);
            if (node.op() instanceof Op.BatchNorm || node.op() instanceof Op.Weighted) {
                boolean behindLinear =
                        !training && node.op() instanceof Op.BatchNorm && joinsLinear(node);
                if (!behindLinear) {
                    groups.add(grow(Group.of(node)));
                }
            }
        }
        for (Node node : program.nodes()) {
            if (!grouped.contains(node)) {
                groups.add(grow(Group.of(node)));
            }
        }
        groups.sort(Comparator.comparingInt(group -> group.output().id()));
        return groups;
    }

    private boolean joinsLinear(Node norm) {
        return program.nodes().stream()
                .filter(node -> node.output().equals(norm.input()))
                .anyMatch(
                        node ->
                                node.op() instanceof Op.Weighted
                                        && next(node.output()).isPresent());
    }

    private Group grow(Group group) {
        grouped.add(group.head());
        boolean linear = group.linear();
        boolean norm = group.head().op() instanceof Op.BatchNorm;
        if (linear && !training) {
            Optional<Node> next = next(group.output(), Op.BatchNorm.class);
            group = next.map(group::withNorm).orElse(group);
        }
        if (norm || linear && !training) {
            Optional<Node> next = next(group.output(), Op.Add.class);
            group = next.isPresent() ? withAddend(group, next.get()) : group;
        }
        if (norm || linear || group.head().op() instanceof Op.Add) {
            Optional<Node> next = next(group.output(), Op.Activation.class);
            if (next.isPresent() && fits((Op.Activation) next.get().op(), linear)) {
                group = group.withActivation(next.get());
                grouped.add(next.get());
            }
        }
        group.norm().ifPresent(grouped::add);
        return group;
    }

    private Group withAddend(Group group, Node add) {
        Value own = group.output();
        Value other = add.inputs().get(0).equals(own) ? add.inputs().get(1) : add.inputs().get(0);
        grouped.add(add);
        return group.withAddend(add, other);
    }

    private boolean fits(Op.Activation activation, boolean linear) {
        return linear
                ? !training || activation.function().differentiableFromOutput()
                : activation.isRelu();
    }

    /** Returns the only reader of a value that is no output of the network, if still free. */
    private Optional<Node> next(Value value) {
        List<Node> all = readers.getOrDefault(value, List.of());
        return all.size() == 1 && !outputs.contains(value) && !grouped.contains(all.get(0))
                ? Optional.of(all.get(0))
                : Optional.empty();
    }

    private Optional<Node> next(Value value, Class<? extends Op> kind) {
        return next(value).filter(node -> kind.isInstance(node.op()));
    }
}
