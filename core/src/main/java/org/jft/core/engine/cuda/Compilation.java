package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.plan.Arena;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Program;

/**
 * A plan with the steps of each task and a place for each tensor. Made without a GPU: it knows how
 * much memory it needs and has none.
 *
 * @param copies of parameters, made at the start of each pass
 * @param scratchBytes working memory, shared by all tasks
 */
record Compilation(
        Program program,
        Layouts layouts,
        List<CompiledTask> forward,
        List<CompiledTask> backward,
        Copies copies,
        Arena arena,
        long scratchBytes) {
    /**
     * Working memory of cuDNN and cuBLASLt. Engines that want more are left out; what they would
     * gain is small, and so the memory of a step is known without asking a GPU.
     */
    static final long WORKSPACE_BYTES = 256L << 20;

    /** How tasks of one kind become steps. */
    private static final class Registry {
        private final Map<Class<? extends Task>, BiConsumer<Task, TaskBuilder>> ways =
                new HashMap<>();

        <T extends Task> Registry on(Class<T> kind, BiConsumer<T, TaskBuilder> way) {
            ways.put(kind, (task, builder) -> way.accept(kind.cast(task), builder));
            return this;
        }

        CompiledTask compile(Task task, Copies copies) {
            TaskBuilder builder = new TaskBuilder(task, copies);
            ways.get(task.getClass()).accept(task, builder);
            return builder.build();
        }
    }

    /** Compiles a plan for a number of rows. */
    static Compilation of(Program program, StepPlan plan, int rows, Precision precision) {
        Layouts layouts = new Layouts(program, plan.tasks(), rows, precision);
        Registry registry = registry(program, plan, rows, layouts);
        Copies copies = new Copies();
        List<CompiledTask> forward = new ArrayList<>();
        List<CompiledTask> backward = new ArrayList<>();
        plan.forward().forEach(task -> forward.add(registry.compile(task, copies)));
        plan.backward().forEach(task -> backward.add(registry.compile(task, copies)));
        long scratch = 0;
        for (List<CompiledTask> pass : List.of(forward, backward)) {
            for (CompiledTask task : pass) {
                scratch = Math.max(scratch, task.scratchBytes());
            }
        }
        return new Compilation(
                program,
                layouts,
                List.copyOf(forward),
                List.copyOf(backward),
                copies,
                Arena.of(plan.tasks(), layouts::bytes),
                scratch);
    }

    private static Registry registry(Program program, StepPlan plan, int rows, Layouts layouts) {
        ElementKernels elements = new ElementKernels(layouts);
        NormKernels norms = new NormKernels(layouts, elements, plan.tasks());
        GroupNormKernels groups = new GroupNormKernels(layouts, elements);
        LinearKernels linear = new LinearKernels(layouts, elements, norms);
        PoolKernels pools = new PoolKernels(layouts);
        TransferKernels transfers = new TransferKernels(layouts);
        return new Registry()
                .on(Task.LoadInput.class, transfers::loadInput)
                .on(Task.StoreOutput.class, transfers::storeOutput)
                .on(Task.LoadOutputGradient.class, transfers::loadOutputGradient)
                .on(
                        Task.StoreInputGradient.class,
                        (task, builder) ->
                                transfers.storeInputGradient(
                                        task, builder, inputBytes(program, rows, task.index())))
                .on(Task.Linear.class, linear::forward)
                .on(Task.LinearBackwardData.class, linear::backwardData)
                .on(Task.LinearBackwardWeights.class, linear::backwardWeights)
                .on(Task.Normalize.class, norms::forward)
                .on(Task.NormalizeBackward.class, norms::backward)
                .on(Task.NormalizeGroups.class, groups::forward)
                .on(Task.NormalizeGroupsBackward.class, groups::backward)
                .on(Task.Activate.class, elements::activate)
                .on(Task.ActivateBackward.class, elements::activateBackward)
                .on(Task.Sum.class, elements::sum)
                .on(Task.DrawMask.class, elements::drawMask)
                .on(Task.ApplyMask.class, elements::applyMask)
                .on(Task.Pool.class, pools::pool)
                .on(Task.PoolBackward.class, pools::poolBackward)
                .on(Task.Concatenate.class, pools::concatenate)
                .on(Task.TakeChannels.class, pools::takeChannels)
                .on(Task.Resample.class, pools::resample)
                .on(Task.ResampleBackward.class, pools::resampleBackward);
    }

    /** Returns the images of the batch. */
    int rows() {
        return layouts.rows();
    }

    /** Returns where everything lies that a pass needs besides parameters and gradients. */
    MemoryMap memory() {
        MemoryMap map = new MemoryMap(arena);
        map.add(Place.Region.SCRATCH, 0, scratchBytes);
        map.add(Place.Region.WORKSPACE, 0, WORKSPACE_BYTES);
        map.add(Place.Region.COPIES, 0, copies.bytes());
        map.add(Place.Region.COLOURS, 0, 2L * Float.BYTES * TransferKernels.COLOURS);
        for (int i = 0; i < program.inputs().size(); i++) {
            map.add(Place.Region.INPUT, i, inputBytes(i));
            if (program.inputGradients()) {
                map.add(Place.Region.INPUT_GRADIENT, i, inputBytes(i));
            }
        }
        for (int i = 0; i < program.outputs().size(); i++) {
            map.add(Place.Region.OUTPUT, i, outputBytes(i));
            if (!backward.isEmpty()) {
                map.add(Place.Region.OUTPUT_GRADIENT, i, outputBytes(i));
            }
        }
        return map;
    }

    /** Returns the bytes of an input as float32. */
    long inputBytes(int index) {
        return inputBytes(program, rows(), index);
    }

    private static long inputBytes(Program program, int rows, int index) {
        return Element.FLOAT.bytes((long) rows * program.inputs().get(index).shape().elements());
    }

    /** Returns the bytes of an output as float32. */
    long outputBytes(int index) {
        return Element.FLOAT.bytes((long) rows() * program.outputs().get(index).shape().elements());
    }
}
