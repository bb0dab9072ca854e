package org.jft.core.engine.plan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jft.core.engine.plan.Task.Statistics;
import org.jft.core.engine.plan.Tensor.Content;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Shape;
import org.jft.core.engine.program.Value;

/** Lists the tasks of a forward pass, or of a part of one, and remembers what backward needs. */
final class ForwardPlanner {
    private final Program program;
    private final boolean training;
    private final boolean maskSums;
    private final List<Task> tasks;
    private final Map<Value, Tensor> values;
    private final Map<Value, Task> results = new HashMap<>(); // by the group's output
    private final Map<Value, Tensor> dropoutMasks = new HashMap<>();
    private final Set<Value> onlyOutputs;

    /**
     * Starts a pass.
     *
     * @param training batch statistics, dropout, and marks for backward
     * @param maskSums whether rectifiers behind a norm's addend leave a mask, too
     * @param known values that are there already
     * @param tasks where to list
     */
    ForwardPlanner(
            Program program,
            boolean training,
            boolean maskSums,
            Map<Value, Tensor> known,
            List<Task> tasks) {
        this.program = program;
        this.training = training;
        this.maskSums = maskSums;
        this.tasks = tasks;
        values = new HashMap<>(known);
        onlyOutputs = new HashSet<>(program.outputs());
        onlyOutputs.removeAll(program.readers().keySet());
    }

    /** Returns where each value lies. */
    Map<Value, Tensor> values() {
        return values;
    }

    Tensor value(Value value) {
        return values.get(value);
    }

    /** Returns the task that computes a group's output. */
    Task result(Group group) {
        return results.get(group.output());
    }

    Tensor dropoutMask(Group group) {
        return dropoutMasks.get(group.output());
    }

    void loadInputs() {
        for (int i = 0; i < program.inputs().size(); i++) {
            Value input = program.inputs().get(i);
            Tensor to = activation(input.name(), input.shape());
            values.put(input, to);
            tasks.add(new Task.LoadInput(i, to));
        }
    }

    void storeOutputs() {
        for (int i = 0; i < program.outputs().size(); i++) {
            tasks.add(new Task.StoreOutput(values.get(program.outputs().get(i)), i));
        }
    }

    void add(Group group) {
        Value output = group.output();
        if (!training && group.head().op() instanceof Op.Dropout) {
            values.put(output, values.get(group.head().input()));
            return;
        }
        Content content =
                group.linear() && group.activation().isEmpty() && onlyOutputs.contains(output)
                        ? Content.FULL_PRECISION
                        : Content.ACTIVATION;
        Tensor to = new Tensor(output.name(), content, output.shape());
        Task task = task(group, to);
        tasks.add(task);
        results.put(output, task);
        values.put(output, to);
    }

    private Task task(Group group, Tensor to) {
        Node head = group.head();
        Tensor from = values.get(head.input());
        Op op = head.op();
        if (group.linear()) {
            return new Task.Linear(group, from, group.addend().map(values::get), to);
        }
        if (op instanceof Op.BatchNorm norm) {
            return normalize(group, norm, from, to);
        }
        if (op instanceof Op.GroupNorm) {
            return normalizeGroups(head, from, to);
        }
        if (op instanceof Op.Activation) {
            return new Task.Activate(head, from, to);
        }
        if (op instanceof Op.Add) {
            Tensor right = values.get(head.inputs().get(1));
            return new Task.Sum(head.name(), from, right, group.endsInRelu(), to);
        }
        if (op instanceof Op.Pool pool) {
            boolean marked = training && pool.kind() == Op.Pool.Kind.MAX;
            return new Task.Pool(head, from, to, opaque(head.name() + " maxima", to, marked));
        }
        if (op instanceof Op.Concat) {
            List<Tensor> parts = head.inputs().stream().map(values::get).toList();
            return new Task.Concatenate(head.name(), parts, to);
        }
        if (op instanceof Op.Resize) {
            return new Task.Resample(head, from, to);
        }
        return dropout(group, from, to);
    }

    private Task normalize(Group group, Op.BatchNorm norm, Tensor from, Tensor to) {
        Node head = group.head();
        boolean marked = group.endsInRelu() && (maskSums || group.addend().isEmpty());
        Shape channels = Shape.ofVector(norm.scale().length());
        Optional<Statistics> batch =
                head.frozen() || !training
                        ? Optional.empty()
                        : Optional.of(
                                new Statistics(
                                        statistic(head.name() + " mean", channels),
                                        statistic(head.name() + " variance", channels)));
        return new Task.Normalize(
                head,
                from,
                group.addend().map(values::get),
                group.endsInRelu(),
                to,
                batch,
                opaque(head.name() + " mask", to, marked));
    }

    private Task normalizeGroups(Node head, Tensor from, Tensor to) {
        Optional<Tensor> mean = opaque(head.name() + " mean", to, training);
        Optional<Tensor> variance = opaque(head.name() + " variance", to, training);
        return new Task.NormalizeGroups(
                head, from, to, mean.map(m -> new Statistics(m, variance.orElseThrow())));
    }

    private Task dropout(Group group, Tensor from, Tensor to) {
        Tensor mask = activation(group.head().name() + " mask", to.shape());
        tasks.add(new Task.DrawMask(group.head(), mask));
        dropoutMasks.put(group.output(), mask);
        return new Task.ApplyMask(
                group.head().name(), ((Op.Dropout) group.head().op()).keep(), from, mask, to);
    }

    static Tensor activation(String name, Shape shape) {
        return new Tensor(name, Content.ACTIVATION, shape);
    }

    private static Tensor statistic(String name, Shape channels) {
        return new Tensor(name, Content.STATISTIC, channels);
    }

    private static Optional<Tensor> opaque(String name, Tensor like, boolean there) {
        return there
                ? Optional.of(new Tensor(name, Content.OPAQUE, like.shape()))
                : Optional.empty();
    }
}
