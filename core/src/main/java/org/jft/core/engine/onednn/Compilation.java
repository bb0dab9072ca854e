package org.jft.core.engine.onednn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.StatisticsExchange;
import org.jft.core.engine.plan.Arena;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Program;

/**
 * A plan with a kernel for each task and a place for each tensor. Knows how much memory it needs
 * and has none.
 *
 * @param forwardCount how many of the kernels are the forward pass
 * @param scratchBytes working memory, shared by all kernels
 */
record Compilation(List<Kernel> kernels, int forwardCount, Arena arena, long scratchBytes) {
    /** How tasks of one kind become kernels. */
    private static final class Registry {
        private final Map<Class<? extends Task>, BiConsumer<Task, KernelBuilder>> ways =
                new HashMap<>();

        <T extends Task> Registry on(Class<T> kind, BiConsumer<T, KernelBuilder> way) {
            ways.put(kind, (task, kernel) -> way.accept(kind.cast(task), kernel));
            return this;
        }

        void compile(Task task, KernelBuilder kernel) {
            ways.get(task.getClass()).accept(task, kernel);
        }
    }

    /**
     * Compiles a plan for a number of rows.
     *
     * @param gradients what lies where in the flat gradient
     * @param ranks over whose rows batch norms are, if not over these alone
     */
    static Compilation of(
            Dnnl owner,
            Program program,
            ParameterLayout gradients,
            StepPlan plan,
            int rows,
            Precision precision,
            Call call,
            Optional<StatisticsExchange> ranks) {
        Layouts layouts = new Layouts(owner, program, rows, precision);
        Sizes sizes = new Sizes(layouts);
        Registry registry = registry(owner, layouts, call, ranks, !plan.training());
        List<Kernel> kernels = new ArrayList<>();
        long scratch = 0;
        for (Task task : plan.tasks()) {
            KernelBuilder builder = new KernelBuilder(owner, task, sizes);
            registry.compile(task, builder);
            Kernel kernel = builder.build();
            kernels.add(kernel);
            scratch = Math.max(scratch, kernel.scratchBytes());
        }
        Arena arena =
                plan.backward().isEmpty()
                        ? Arena.of(plan.tasks(), sizes::of)
                        : Arena.of(plan.tasks(), sizes::of, gradients);
        return new Compilation(List.copyOf(kernels), plan.forward().size(), arena, scratch);
    }

    /** Returns the bytes it needs of an {@link EngineMemory}'s arena. */
    long bytes() {
        return arena.bytes() + scratchBytes;
    }

    private static Registry registry(
            Dnnl owner,
            Layouts layouts,
            Call call,
            Optional<StatisticsExchange> ranks,
            boolean fewerRows) {
        ElementKernels elements = new ElementKernels(owner, layouts, call::draw);
        LinearKernels linear = new LinearKernels(owner, layouts);
        NormKernels norms = new NormKernels(owner, layouts, elements, ranks);
        GroupNormKernels groupNorms = new GroupNormKernels(owner, layouts);
        PoolKernels pools = new PoolKernels(owner, layouts);
        TransferKernels transfers = new TransferKernels(owner, layouts, call, fewerRows);
        return new Registry()
                .on(Task.LoadInput.class, transfers::loadInput)
                .on(Task.StoreOutput.class, transfers::storeOutput)
                .on(Task.LoadOutputGradient.class, transfers::loadOutputGradient)
                .on(Task.StoreInputGradient.class, transfers::storeInputGradient)
                .on(Task.Linear.class, linear::forward)
                .on(Task.LinearBackwardData.class, linear::backwardData)
                .on(Task.LinearBackwardWeights.class, linear::backwardWeights)
                .on(Task.Normalize.class, norms::forward)
                .on(Task.NormalizeBackward.class, norms::backward)
                .on(Task.NormalizeGroups.class, groupNorms::forward)
                .on(Task.NormalizeGroupsBackward.class, groupNorms::backward)
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
}
