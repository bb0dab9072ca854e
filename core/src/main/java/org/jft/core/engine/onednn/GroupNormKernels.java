package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_nchw;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Shape;

/**
 * Group normalization. oneDNN's fast code for it wants images channels-first, so they are copied
 * there and back where the network has another layout.
 */
final class GroupNormKernels {
    private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

    private final Dnnl owner;
    private final Layouts layouts;

    GroupNormKernels(Dnnl owner, Layouts layouts) {
        this.owner = owner;
        this.layouts = layouts;
    }

    void forward(Task.NormalizeGroups task, KernelBuilder kernel) {
        Op.GroupNorm norm = (Op.GroupNorm) task.node().op();
        dnnl_memory_desc image = channelsFirst(task.from());
        dnnl_memory_desc channels = channels(norm);
        dnnl_memory_desc groups = groups(norm);
        Place from = kernel.inLayout(layouts.image(task.from()), Place.of(task.from()), image);
        Place to = target(kernel, task.to(), image);
        long bytes = dnnl.dnnl_memory_desc_get_size(groups);
        task.statistics()
                .ifPresent(
                        statistics -> {
                            kernel.size(statistics.mean(), groups);
                            kernel.size(statistics.variance(), groups);
                        });
        Place mean = task.statistics().map(s -> Place.of(s.mean())).orElse(kernel.scratch(bytes));
        Place variance =
                task.statistics().map(s -> Place.of(s.variance())).orElse(kernel.scratch(bytes));
        kernel.operation(describe(norm, image, kernel))
                .with(DNNL_ARG_SRC, image, from)
                .with(DNNL_ARG_DST, image, to)
                .with(DNNL_ARG_MEAN, groups, mean)
                .with(DNNL_ARG_VARIANCE, groups, variance)
                .with(DNNL_ARG_SCALE, channels, Place.parameter(norm.scale()))
                .with(DNNL_ARG_SHIFT, channels, Place.parameter(norm.shift()));
        back(kernel, task.to(), image, to);
    }

    /**
     * With x' = (x - mean) / s of a group of M values, and A and B the sums of dy x' and of dy over
     * a plane: d scale and d shift are the sums of A and B over rows, and
     *
     * <pre>
     *   dx = scale dy / s  +  (a x' + b)
     *   a, b = -1 / (M s) times the sums of scale A and scale B over the planes of the group
     * </pre>
     *
     * oneDNN has only reference code for that. But with each plane as a channel of its own and its
     * group's statistics as known ones, the first term, A and B are what backward of a batch norm
     * gives, and the second is forward of one.
     */
    void backward(Task.NormalizeGroupsBackward task, KernelBuilder kernel) {
        Task.NormalizeGroups forward = task.forward();
        dnnl_memory_desc image = channelsFirst(forward.from());
        Place from =
                kernel.inLayout(layouts.image(forward.from()), Place.of(forward.from()), image);
        Place gradient =
                kernel.inLayout(layouts.image(task.gradient()), Place.of(task.gradient()), image);
        Place to = target(kernel, task.to(), image);
        Place affine = kernel.scratch(dnnl.dnnl_memory_desc_get_size(image));
        Shape shape = forward.from().shape();
        PlaneNorm norm = new PlaneNorm(owner, kernel, forward, layouts.rows());
        dnnl_memory_desc planes =
                owner.describe(
                        layouts.type(forward.from()),
                        dnnl_nchw,
                        1,
                        norm.planes(),
                        shape.height(),
                        shape.width());
        norm.backward(planes, from, gradient, to);
        norm.forward(planes, from, affine);
        dnnl_primitive_desc sum =
                kernel.describe(
                        d ->
                                dnnl.dnnl_binary_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        dnnl.dnnl_binary_add,
                                        planes,
                                        planes,
                                        planes,
                                        owner.attributes()));
        kernel.operation(sum)
                .with(DNNL_ARG_SRC_0, planes, to)
                .with(DNNL_ARG_SRC_1, planes, affine)
                .with(DNNL_ARG_DST, planes, to);
        back(kernel, task.to(), image, to);
    }

    private dnnl_primitive_desc describe(
            Op.GroupNorm norm, dnnl_memory_desc image, KernelBuilder kernel) {
        return kernel.describe(
                d ->
                        dnnl.dnnl_group_normalization_forward_primitive_desc_create(
                                d,
                                owner.engine(),
                                dnnl.dnnl_forward_training,
                                image,
                                image,
                                norm.groups(),
                                (float) norm.epsilon(),
                                FLAGS,
                                owner.attributes()));
    }

    private dnnl_memory_desc channelsFirst(Tensor tensor) {
        return layouts.describe(layouts.type(tensor), dnnl_nchw, tensor.shape());
    }

    /** Returns where the primitive writes: the tensor itself, or a copy for {@link #back}. */
    private Place target(KernelBuilder kernel, Tensor to, dnnl_memory_desc image) {
        return same(layouts.image(to), image)
                ? Place.of(to)
                : kernel.scratch(dnnl.dnnl_memory_desc_get_size(image));
    }

    private void back(KernelBuilder kernel, Tensor to, dnnl_memory_desc image, Place from) {
        if (!same(layouts.image(to), image)) {
            kernel.reorder(image, from, layouts.image(to), Place.of(to));
        }
    }

    private static boolean same(dnnl_memory_desc a, dnnl_memory_desc b) {
        return dnnl.dnnl_memory_desc_equal(a, b) != 0;
    }

    private dnnl_memory_desc channels(Op.GroupNorm norm) {
        return owner.describe(dnnl_f32, dnnl_a, norm.scale().length());
    }

    private dnnl_memory_desc groups(Op.GroupNorm norm) {
        return owner.describe(dnnl_f32, dnnl_ab, layouts.rows(), norm.groups());
    }
}
