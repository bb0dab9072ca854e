package org.jft.core.engine.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * The tasks of one pass over a program, in order.
 *
 * @param forward from inputs to outputs
 * @param backward from the gradients of the outputs to those of parameters and inputs; empty for
 *     inference
 */
public record StepPlan(List<Task> forward, List<Task> backward) {
    /** Plans an inference: running statistics, nothing kept. */
    public static StepPlan inference(Program program) {
        List<Task> tasks = new ArrayList<>();
        ForwardPlanner planner = new ForwardPlanner(program, false, false, Map.of(), tasks);
        planner.loadInputs();
        Fusion.of(program, false).forEach(planner::add);
        planner.storeOutputs();
        return new StepPlan(List.copyOf(tasks), List.of());
    }

    /**
     * Plans a training step.
     *
     * @param recompute whether only what lies between segments is kept for backward; each segment
     *     then runs forward a second time before its backward (Chen et al. 2016, "Training Deep
     *     Nets with Sublinear Memory Cost")
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
        return new StepPlan(List.copyOf(forward), List.copyOf(backward));
    }

    /** Returns all tasks, forward and then backward. */
    public List<Task> tasks() {
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
