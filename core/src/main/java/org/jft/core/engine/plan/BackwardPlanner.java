package org.jft.core.engine.plan;

import java.util.HashMap;
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
 * Lists the tasks of a backward pass: reverse-mode differentiation, group by group from the end. A
 * value that several groups read gets the sum of their gradients. Goes only where something before
 * is trained or the inputs' gradients are wanted.
 */
final class BackwardPlanner {
    private final Program program;
    private final List<Task> tasks;
    private final Map<Value, Tensor> gradients = new HashMap<>(); // summed so far
    private final Set<Value> wanted = new HashSet<>(); // whose gradient leads somewhere

    BackwardPlanner(Program program, List<Task> tasks) {
        this.program = program;
        this.tasks = tasks;
        if (program.inputGradients()) {
            wanted.addAll(program.inputs());
        }
        for (Node node : program.nodes()) {
            if (trained(node) || node.inputs().stream().anyMatch(wanted::contains)) {
                wanted.add(node.output());
            }
        }
    }

    private static boolean trained(Node node) {
        boolean parameters =
                node.op() instanceof Op.Weighted
                        || node.op() instanceof Op.BatchNorm
                        || node.op() instanceof Op.GroupNorm;
        return parameters && !node.frozen();
    }

    void loadOutputGradients() {
        for (int i = 0; i < program.outputs().size(); i++) {
            Value output = program.outputs().get(i);
            if (wanted.contains(output)) {
                Tensor to = gradientOf(output);
                tasks.add(new Task.LoadOutputGradient(i, to));
                contribute(output, to);
            }
        }
    }

    void storeInputGradients() {
        if (program.inputGradients()) {
            for (int i = 0; i < program.inputs().size(); i++) {
                Tensor from = gradients.get(program.inputs().get(i));
                tasks.add(new Task.StoreInputGradient(Optional.ofNullable(from), i));
            }
        }
    }

    /**
     * Goes back through groups.
     *
     * @param forward the pass over them whose results backward reads
     */
    void add(List<Group> groups, ForwardPlanner forward) {
        for (int i = groups.size() - 1; i >= 0; i--) {
            Group group = groups.get(i);
            Tensor gradient = gradients.remove(group.output());
            if (gradient != null) {
                add(group, forward, gradient);
            }
        }
    }

    private void add(Group group, ForwardPlanner forward, Tensor gradient) {
        Node head = group.head();
        Op op = head.op();
        Task result = forward.result(group);
        if (group.linear()) {
            linear(group, forward, gradient);
        } else if (result instanceof Task.Normalize normalize) {
            normalize(group, normalize, gradient);
        } else if (result instanceof Task.NormalizeGroups normalize) {
            Tensor to = gradientOf(head.input());
            tasks.add(new Task.NormalizeGroupsBackward(normalize, gradient, to));
            contribute(head.input(), to);
        } else if (op instanceof Op.Activation activation) {
            Tensor from = forward.value(head.input());
            Tensor value =
                    activation.function().differentiableFromOutput()
                            ? forward.value(group.output())
                            : from;
            contribute(head.input(), activation(head, activation, value, gradient));
        } else if (op instanceof Op.Add) {
            Tensor sum =
                    group.activation()
                            .map(relu -> activation(head, relu, output(forward, group), gradient))
                            .orElse(gradient);
            head.inputs().forEach(input -> contribute(input, sum));
        } else if (result instanceof Task.Pool pool) {
            Tensor to = gradientOf(head.input());
            tasks.add(new Task.PoolBackward(pool, gradient, to));
            contribute(head.input(), to);
        } else if (op instanceof Op.Concat) {
            split(head, gradient);
        } else if (op instanceof Op.Resize) {
            Tensor to = gradientOf(head.input());
            tasks.add(new Task.ResampleBackward(head, gradient, to));
            contribute(head.input(), to);
        } else {
            Tensor to = gradientOf(head.input());
            Tensor mask = forward.dropoutMask(group);
            tasks.add(
                    new Task.ApplyMask(head.name(), ((Op.Dropout) op).keep(), gradient, mask, to));
            contribute(head.input(), to);
        }
    }

    private void linear(Group group, ForwardPlanner forward, Tensor gradient) {
        Node head = group.head();
        Tensor before =
                group.activation()
                        .map(f -> activation(head, f, output(forward, group), gradient))
                        .orElse(gradient);
        // Weights first: their exchange between workers can start, and the input's memory ends.
        if (!head.frozen()) {
            Tensor from = forward.value(head.input());
            tasks.add(new Task.LinearBackwardWeights(head, from, before));
        }
        if (wanted.contains(head.input())) {
            Tensor to = gradientOf(head.input());
            tasks.add(new Task.LinearBackwardData(head, before, to));
            contribute(head.input(), to);
        }
    }

    private void normalize(Group group, Task.Normalize forward, Tensor gradient) {
        Node head = group.head();
        boolean forked = group.addend().isPresent() && group.endsInRelu();
        Optional<Tensor> addendGradient =
                forked ? Optional.of(gradientOf(group.output())) : Optional.empty();
        Tensor to = gradientOf(head.input());
        tasks.add(new Task.NormalizeBackward(forward, gradient, addendGradient, to));
        contribute(head.input(), to);
        group.addend().ifPresent(addend -> contribute(addend, addendGradient.orElse(gradient)));
    }

    private void split(Node concat, Tensor gradient) {
        int channel = 0;
        for (Value input : concat.inputs()) {
            if (wanted.contains(input)) {
                Tensor to = gradientOf(input);
                tasks.add(new Task.TakeChannels(input.name(), gradient, channel, to));
                contribute(input, to);
            }
            channel += input.shape().channels();
        }
    }

    private Tensor activation(Node node, Op.Activation function, Tensor value, Tensor gradient) {
        Tensor to = ForwardPlanner.activation(gradient.name() + " before", gradient.shape());
        tasks.add(new Task.ActivateBackward(node.name(), function, value, gradient, to));
        return to;
    }

    private static Tensor output(ForwardPlanner forward, Group group) {
        return forward.value(group.output());
    }

    /** Adds a gradient to what other readers of the value gave. */
    private void contribute(Value value, Tensor gradient) {
        if (!wanted.contains(value)) {
            return;
        }
        Tensor before = gradients.get(value);
        if (before == null) {
            gradients.put(value, gradient);
        } else {
            Tensor sum = gradientOf(value);
            tasks.add(new Task.Sum("d " + value.name(), before, gradient, false, sum));
            gradients.put(value, sum);
        }
    }

    private static Tensor gradientOf(Value value) {
        return ForwardPlanner.activation("d " + value.name(), value.shape());
    }
}
