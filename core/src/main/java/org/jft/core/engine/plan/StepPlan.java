package org.jft.core.engine.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * The tasks of one pass over a program, in order.
 *
 * @param training whether it is a training step, which runs on just as many rows as it is planned
 *     for; an inference may run on fewer
 * @param forward from inputs to outputs
 * @param backward from the gradients of the outputs to those of parameters and inputs; empty for
 *     inference
 */
public record StepPlan(boolean training, List<Task> forward, List<Task> backward) {
    /** Plans an inference: running statistics, nothing kept. */
    public static StepPlan inference(Program program) {
        List<Task> tasks = new ArrayList<>();
        ForwardPlanner planner = new ForwardPlanner(program, false, false, Map.of(), tasks);
        planner.loadInputs();
        Fusion.of(program, false).forEach(planner::add);
        planner.storeOutputs();
        return ordered(false, tasks, List.of());
    }

    /**
     * Plans a training step.
     *
     * @param recompute whether only what lies between segments is kept for backward; what backward
     *     needs of a segment then runs forward a second time before its backward (Chen et al. 2016,
     *     "Training Deep Nets with Sublinear Memory Cost")
     */
    public static StepPlan training(Program program, boolean recompute) {
        return training(program, recompute, false);
    }

    /**
     * Plans a training step for a backend that likes to read a bit where others read a number.
     *
     * @param maskSums whether rectifiers behind a norm's addend leave a mask for backward, as those
     *     right behind a norm do; without it backward reads the sign of the result
     */
    public static StepPlan training(Program program, boolean recompute, boolean maskSums) {
        List<Group> groups = Fusion.of(program, true);
        List<Task> forward = new ArrayList<>();
        ForwardPlanner planner = new ForwardPlanner(program, true, maskSums, Map.of(), forward);
        planner.loadInputs();
        groups.forEach(planner::add);
        planner.storeOutputs();

        List<Task> backward = new ArrayList<>();
        BackwardPlanner gradients = new BackwardPlanner(program, backward);
        gradients.loadOutputGradients();
        if (recompute) {
            List<List<Group>> segments = Segments.of(program, groups);
            for (int i = segments.size() - 1; i >= 0; i--) {
                List<Group> segment = segments.get(i);
                // The last segment's activations are still fresh.
                ForwardPlanner again =
                        i == segments.size() - 1
                                ? planner
                                : again(program, segment, maskSums, planner.values(), backward);
                gradients.add(segment, again);
            }
        } else {
            gradients.add(groups, planner);
        }
        gradients.storeInputGradients();
        return ordered(true, forward, live(backward));
    }

    /** Drops what leads to no gradient: segments run again that backward takes nothing from. */
    private static List<Task> live(List<Task> backward) {
        Deque<Task> live = new ArrayDeque<>();
        Set<Tensor> read = new HashSet<>();
        for (int i = backward.size() - 1; i >= 0; i--) {
            Task task = backward.get(i);
            boolean result = task.writes().isEmpty() || !task.completes().isEmpty();
            if (result || task.writes().stream().anyMatch(read::contains)) {
                live.addFirst(task);
                read.addAll(task.reads());
            }
        }
        return List.copyOf(live);
    }

    /**
     * Turns sums round whose second operand is read for the last time and whose first is not: a sum
     * may take the place of its first only.
     */
    private static StepPlan ordered(boolean training, List<Task> forward, List<Task> backward) {
        Map<Tensor, Task> lastReader = new HashMap<>();
        for (Task task : concatenate(forward, backward)) {
            task.reads().forEach(tensor -> lastReader.put(tensor, task));
        }
        UnaryOperator<Task> turned =
                task ->
                        task instanceof Task.Sum sum
                                        && lastReader.get(sum.left()) != sum
                                        && lastReader.get(sum.right()) == sum
                                ? sum.turned()
                                : task;
        return new StepPlan(
                training,
                forward.stream().map(turned).toList(),
                backward.stream().map(turned).toList());
    }

    /** Returns all tasks, forward and then backward. */
    public List<Task> tasks() {
        return concatenate(forward, backward);
    }

    private static List<Task> concatenate(List<Task> forward, List<Task> backward) {
        List<Task> all = new ArrayList<>(forward);
        all.addAll(backward);
        return all;
    }

    private static ForwardPlanner again(
            Program program,
            List<Group> segment,
            boolean maskSums,
            Map<Value, Tensor> kept,
            List<Task> tasks) {
        Map<Value, Tensor> start = new HashMap<>(kept);
        segment.forEach(group -> start.remove(group.output()));
        ForwardPlanner again = new ForwardPlanner(program, true, maskSums, start, tasks);
        segment.forEach(again::add);
        return again;
    }
}
