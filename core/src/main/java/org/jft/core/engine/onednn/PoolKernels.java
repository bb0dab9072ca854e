package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MULTIPLE_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.PointerPointer;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Op.Pool.Kind;
import org.jft.core.engine.program.Op.Resize.Method;
import org.jft.core.engine.program.Shape;

/** What moves pixels and channels about: pooling, resampling, concatenation. */
final class PoolKernels {
    private static final int CHANNEL_AXIS = 1;

    private final Dnnl owner;
    private final Layouts layouts;

    PoolKernels(Dnnl owner, Layouts layouts) {
        this.owner = owner;
        this.layouts = layouts;
    }

    void pool(Task.Pool task, KernelBuilder kernel) {
        dnnl_primitive_desc description = describe(task, kernel);
        Operation operation =
                kernel.operation(description)
                        .with(DNNL_ARG_SRC, layouts.image(task.from()), Place.of(task.from()))
                        .with(DNNL_ARG_DST, layouts.image(task.to()), Place.of(task.to()));
        if (task.maxima().isPresent()) {
            dnnl_memory_desc indices = KernelBuilder.query(description, dnnl_query_workspace_md);
            kernel.size(task.maxima().get(), indices);
            operation.with(DNNL_ARG_WORKSPACE, indices, Place.of(task.maxima().get()));
        }
    }

    void poolBackward(Task.PoolBackward task, KernelBuilder kernel) {
        Task.Pool forward = task.forward();
        Op.Pool pool = (Op.Pool) forward.node().op();
        Sliding sliding = sliding(forward);
        dnnl_primitive_desc hint = describe(forward, kernel);
        dnnl_memory_desc gradient = layouts.image(task.gradient());
        dnnl_memory_desc to = layouts.image(task.to());
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_pooling_backward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        algorithm(pool),
                                        to,
                                        gradient,
                                        sliding.stride(),
                                        sliding.kernel(),
                                        sliding.dilation(),
                                        sliding.before(),
                                        sliding.after(),
                                        hint,
                                        owner.attributes()));
        Operation operation =
                kernel.operation(description)
                        .with(DNNL_ARG_DIFF_DST, gradient, Place.of(task.gradient()))
                        .with(DNNL_ARG_DIFF_SRC, to, Place.of(task.to()));
        if (forward.maxima().isPresent()) {
            dnnl_memory_desc indices = KernelBuilder.query(hint, dnnl_query_workspace_md);
            operation.with(DNNL_ARG_WORKSPACE, indices, Place.of(forward.maxima().get()));
        }
    }

    private dnnl_primitive_desc describe(Task.Pool task, KernelBuilder kernel) {
        Op.Pool pool = (Op.Pool) task.node().op();
        Sliding sliding = sliding(task);
        return kernel.describe(
                d ->
                        dnnl.dnnl_pooling_forward_primitive_desc_create(
                                d,
                                owner.engine(),
                                task.maxima().isPresent()
                                        ? dnnl.dnnl_forward_training
                                        : dnnl.dnnl_forward_inference,
                                algorithm(pool),
                                layouts.image(task.from()),
                                layouts.image(task.to()),
                                sliding.stride(),
                                sliding.kernel(),
                                sliding.dilation(),
                                sliding.before(),
                                sliding.after(),
                                owner.attributes()));
    }

    private static int algorithm(Op.Pool pool) {
        if (pool.kind() == Kind.MAX) {
            return dnnl.dnnl_pooling_max;
        }
        return pool.countPadding()
                ? dnnl.dnnl_pooling_avg_include_padding
                : dnnl.dnnl_pooling_avg_exclude_padding;
    }

    private static Sliding sliding(Task.Pool task) {
        Op.Pool pool = (Op.Pool) task.node().op();
        return Sliding.of(pool.window(), task.from().shape(), task.to().shape());
    }

    void resample(Task.Resample task, KernelBuilder kernel) {
        kernel.operation(describe((Op.Resize) task.node().op(), task.from(), task.to(), kernel))
                .with(DNNL_ARG_SRC, layouts.image(task.from()), Place.of(task.from()))
                .with(DNNL_ARG_DST, layouts.image(task.to()), Place.of(task.to()));
    }

    void resampleBackward(Task.ResampleBackward task, KernelBuilder kernel) {
        Op.Resize resize = (Op.Resize) task.node().op();
        dnnl_primitive_desc hint = describe(resize, task.to(), task.from(), kernel);
        dnnl_memory_desc gradient = layouts.image(task.from());
        dnnl_memory_desc to = layouts.image(task.to());
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_resampling_backward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        algorithm(resize),
                                        (float[]) null,
                                        to,
                                        gradient,
                                        hint,
                                        owner.attributes()));
        kernel.operation(description)
                .with(DNNL_ARG_DIFF_DST, gradient, Place.of(task.from()))
                .with(DNNL_ARG_DIFF_SRC, to, Place.of(task.to()));
    }

    private dnnl_primitive_desc describe(
            Op.Resize resize, Tensor from, Tensor to, KernelBuilder kernel) {
        return kernel.describe(
                d ->
                        dnnl.dnnl_resampling_forward_primitive_desc_create(
                                d,
                                owner.engine(),
                                dnnl.dnnl_forward_training,
                                algorithm(resize),
                                (float[]) null,
                                layouts.image(from),
                                layouts.image(to),
                                owner.attributes()));
    }

    private static int algorithm(Op.Resize resize) {
        return resize.method() == Method.NEAREST
                ? dnnl.dnnl_resampling_nearest
                : dnnl.dnnl_resampling_linear;
    }

    void concatenate(Task.Concatenate task, KernelBuilder kernel) {
        Operation operation = kernel.operation(describe(task));
        for (int i = 0; i < task.from().size(); i++) {
            Tensor part = task.from().get(i);
            operation.with(DNNL_ARG_MULTIPLE_SRC + i, layouts.image(part), Place.of(part));
        }
        operation.with(DNNL_ARG_DST, layouts.image(task.to()), Place.of(task.to()));
    }

    private dnnl_primitive_desc describe(Task.Concatenate task) {
        int count = task.from().size();
        try (PointerPointer<dnnl_memory_desc> parts = new PointerPointer<>(count);
                PointerPointer<dnnl_primitive_desc> description = new PointerPointer<>(1)) {
            for (int i = 0; i < count; i++) {
                parts.put(i, layouts.image(task.from().get(i)));
            }
            Dnnl.check(
                    dnnl.dnnl_concat_primitive_desc_create(
                            description,
                            owner.engine(),
                            layouts.image(task.to()),
                            count,
                            CHANNEL_AXIS,
                            parts,
                            owner.attributes()),
                    task.name());
            return owner.own(
                    description.get(dnnl_primitive_desc.class, 0),
                    dnnl::dnnl_primitive_desc_destroy);
        }
    }

    void takeChannels(Task.TakeChannels task, KernelBuilder kernel) {
        Shape shape = task.to().shape();
        dnnl_memory_desc part = new dnnl_memory_desc();
        Dnnl.check(
                dnnl.dnnl_memory_desc_create_submemory(
                        part,
                        layouts.image(task.from()),
                        new long[] {
                            layouts.rows(), shape.channels(), shape.height(), shape.width()
                        },
                        new long[] {0, task.firstChannel(), 0, 0}),
                task.name());
        owner.own(part, dnnl::dnnl_memory_desc_destroy);
        kernel.reorder(part, Place.of(task.from()), layouts.image(task.to()), Place.of(task.to()));
    }
}
