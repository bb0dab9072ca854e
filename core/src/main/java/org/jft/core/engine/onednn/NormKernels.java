package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.nio.FloatBuffer;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.StatisticsExchange;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;

/**
 * Batch normalization. A rectifier right behind it is part of the primitive; behind a sum it is
 * part of the addition, and backward goes by the sign of the result.
 */
final class NormKernels {
    private final Dnnl owner;
    private final Layouts layouts;
    private final ElementKernels elements;
    private final Optional<SharedNorm> shared; // over the rows of several ranks

    NormKernels(
            Dnnl owner,
            Layouts layouts,
            ElementKernels elements,
            Optional<StatisticsExchange> ranks) {
        this.owner = owner;
        this.layouts = layouts;
        this.elements = elements;
        this.shared = ranks.map(others -> new SharedNorm(owner, layouts, others));
    }

    void forward(Task.Normalize task, KernelBuilder kernel) {
        if (task.batch().isPresent()) {
            shared.ifPresent(norm -> norm.statistics(task, kernel));
        }
        dnnl_memory_desc image = layouts.image(task.from());
        dnnl_primitive_desc description = describe(task, kernel);
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        dnnl_memory_desc channels = channels(norm);
        Operation operation =
                kernel.operation(description)
                        .with(DNNL_ARG_SRC, image, Place.of(task.from()))
                        .with(DNNL_ARG_DST, image, Place.of(task.to()))
                        .with(DNNL_ARG_MEAN, channels, mean(task))
                        .with(DNNL_ARG_VARIANCE, channels, variance(task))
                        .with(DNNL_ARG_SCALE, channels, Place.parameter(norm.scale()))
                        .with(DNNL_ARG_SHIFT, channels, Place.parameter(norm.shift()));
        if (task.mask().isPresent()) {
            Tensor mask = task.mask().get();
            dnnl_memory_desc bits = KernelBuilder.query(description, dnnl_query_workspace_md);
            kernel.size(mask, bits);
            operation.with(DNNL_ARG_WORKSPACE, bits, Place.of(mask));
        }
        if (task.addend().isPresent()) {
            elements.add(kernel, task.to(), task.addend().get(), task.relu(), task.to());
        }
    }

    void backward(Task.NormalizeBackward task, KernelBuilder kernel) {
        Task.Normalize forward = task.forward();
        Op.BatchNorm norm = (Op.BatchNorm) forward.node().op();
        dnnl_memory_desc image = layouts.image(forward.from());
        dnnl_memory_desc channels = channels(norm);
        Tensor gradient = task.gradient();
        if (task.addendGradient().isPresent()) {
            gradient = task.addendGradient().get();
            elements.reluBackward(kernel, forward.to(), task.gradient(), gradient);
        }
        boolean frozen = forward.node().frozen();
        dnnl_primitive_desc hint = describe(forward, kernel);
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_batch_normalization_backward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        frozen ? dnnl.dnnl_backward_data : dnnl.dnnl_backward,
                                        image,
                                        image,
                                        image,
                                        (float) norm.epsilon(),
                                        flags(forward),
                                        hint,
                                        owner.attributes()));
        Operation operation =
                kernel.operation(description)
                        .with(DNNL_ARG_SRC, image, Place.of(forward.from()))
                        .with(DNNL_ARG_MEAN, channels, mean(forward))
                        .with(DNNL_ARG_VARIANCE, channels, variance(forward))
                        .with(DNNL_ARG_SCALE, channels, Place.parameter(norm.scale()))
                        .with(DNNL_ARG_DIFF_DST, image, Place.of(gradient))
                        .with(DNNL_ARG_DIFF_SRC, image, Place.of(task.to()));
        if (forward.mask().isPresent()) {
            dnnl_memory_desc bits = KernelBuilder.query(hint, dnnl_query_workspace_md);
            operation.with(DNNL_ARG_WORKSPACE, bits, Place.of(forward.mask().get()));
        }
        long bytes = (long) Float.BYTES * norm.scale().length();
        Place scaleGradient = frozen ? kernel.scratch(bytes) : Place.gradient(norm.scale());
        Place shiftGradient = frozen ? kernel.scratch(bytes) : Place.gradient(norm.shift());
        operation
                .with(DNNL_ARG_DIFF_SCALE, channels, scaleGradient)
                .with(DNNL_ARG_DIFF_SHIFT, channels, shiftGradient);
        if (!frozen) {
            shared.ifPresent(others -> others.correct(task, kernel));
            Task.Statistics batch = forward.batch().orElseThrow();
            runningStep(kernel, norm, norm.mean(), batch.mean());
            runningStep(kernel, norm, norm.variance(), batch.variance());
        }
    }

    private dnnl_primitive_desc describe(Task.Normalize task, KernelBuilder kernel) {
        dnnl_memory_desc image = layouts.image(task.from());
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        return kernel.describe(
                d ->
                        dnnl.dnnl_batch_normalization_forward_primitive_desc_create(
                                d,
                                owner.engine(),
                                dnnl.dnnl_forward_training,
                                image,
                                image,
                                (float) norm.epsilon(),
                                flags(task),
                                owner.attributes()));
    }

    private int flags(Task.Normalize task) {
        return dnnl_use_scale
                | dnnl_use_shift
                | (task.mask().isPresent() ? dnnl_fuse_norm_relu : 0)
                | (task.batch().isPresent() && shared.isEmpty() ? 0 : dnnl_use_global_stats);
    }

    private static Place mean(Task.Normalize task) {
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        return task.batch()
                .map(batch -> Place.of(batch.mean()))
                .orElseGet(() -> Place.parameter(norm.mean()));
    }

    private static Place variance(Task.Normalize task) {
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        return task.batch()
                .map(batch -> Place.of(batch.variance()))
                .orElseGet(() -> Place.parameter(norm.variance()));
    }

    private dnnl_memory_desc channels(Op.BatchNorm norm) {
        return owner.describe(dnnl_f32, dnnl_a, norm.scale().length());
    }

    /** The step that the engine's contract puts where a running statistic's gradient would be. */
    private static void runningStep(
            KernelBuilder kernel, Op.BatchNorm norm, Slice statistic, Tensor batch) {
        float rate = (float) (1 - norm.decay());
        int channels = statistic.length();
        kernel.java(
                addresses -> {
                    FloatBuffer running =
                            Address.floats(addresses, Place.parameter(statistic), channels);
                    FloatBuffer now = Address.floats(addresses, Place.of(batch), channels);
                    FloatBuffer step =
                            Address.floats(addresses, Place.gradient(statistic), channels);
                    return () -> {
                        for (int c = 0; c < channels; c++) {
                            step.put(c, rate * (running.get(c) - now.get(c)));
                        }
                    };
                });
    }
}
