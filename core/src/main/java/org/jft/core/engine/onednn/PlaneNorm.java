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
import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.nio.FloatBuffer;
import java.util.function.ToLongFunction;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Op;

/**
 * A batch norm of [1, N C, H, W] with known statistics, of which {@link GroupNormKernels} makes the
 * gradient of a group norm: what it needs for each plane, of that and of the second term.
 */
final class PlaneNorm {
    private static final int FLAGS = dnnl_use_scale | dnnl_use_shift | dnnl_use_global_stats;

    private final Dnnl owner;
    private final KernelBuilder kernel;
    private final Task.NormalizeGroups task;
    private final Op.GroupNorm norm;
    private final int rows;
    private final int channels;
    private final Place mean;
    private final Place variance;
    private final Place scale;
    private final Place products; // A: sum of dy x'
    private final Place sums; // B: sum of dy
    private final Place slope; // a
    private final Place offset; // b

    PlaneNorm(Dnnl owner, KernelBuilder kernel, Task.NormalizeGroups task, int rows) {
        this.owner = owner;
        this.kernel = kernel;
        this.task = task;
        this.rows = rows;
        norm = (Op.GroupNorm) task.node().op();
        channels = norm.scale().length();
        mean = scratch();
        variance = scratch();
        scale = scratch();
        products = scratch();
        sums = scratch();
        slope = scratch();
        offset = scratch();
    }

    private Place scratch() {
        return kernel.scratch((long) Float.BYTES * planes());
    }

    int planes() {
        return rows * channels;
    }

    /** Writes scale dy / s, and the gradients of scale and shift unless they are frozen. */
    void backward(dnnl_memory_desc image, Place from, Place gradient, Place to) {
        spread();
        dnnl_memory_desc each = each();
        dnnl_primitive_desc hint = describe(image);
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_batch_normalization_backward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        dnnl.dnnl_backward,
                                        image,
                                        image,
                                        image,
                                        (float) norm.epsilon(),
                                        FLAGS,
                                        hint,
                                        owner.attributes()));
        kernel.operation(description)
                .with(DNNL_ARG_SRC, image, from)
                .with(DNNL_ARG_MEAN, each, mean)
                .with(DNNL_ARG_VARIANCE, each, variance)
                .with(DNNL_ARG_SCALE, each, scale)
                .with(DNNL_ARG_DIFF_DST, image, gradient)
                .with(DNNL_ARG_DIFF_SRC, image, to)
                .with(DNNL_ARG_DIFF_SCALE, each, products)
                .with(DNNL_ARG_DIFF_SHIFT, each, sums);
        if (!task.node().frozen()) {
            kernel.java(this::sumOverRows);
        }
        kernel.java(this::sumOverGroups);
    }

    /** Writes a x' + b, behind {@link #backward}. */
    void forward(dnnl_memory_desc image, Place from, Place to) {
        dnnl_memory_desc each = each();
        kernel.operation(describe(image))
                .with(DNNL_ARG_SRC, image, from)
                .with(DNNL_ARG_DST, image, to)
                .with(DNNL_ARG_MEAN, each, mean)
                .with(DNNL_ARG_VARIANCE, each, variance)
                .with(DNNL_ARG_SCALE, each, slope)
                .with(DNNL_ARG_SHIFT, each, offset);
    }

    private dnnl_memory_desc each() {
        return owner.describe(dnnl_f32, dnnl_a, planes());
    }

    private dnnl_primitive_desc describe(dnnl_memory_desc image) {
        return kernel.describe(
                d ->
                        dnnl.dnnl_batch_normalization_forward_primitive_desc_create(
                                d,
                                owner.engine(),
                                dnnl.dnnl_forward_training,
                                image,
                                image,
                                (float) norm.epsilon(),
                                FLAGS,
                                owner.attributes()));
    }

    /** Gives each plane the statistics of its group and the scale of its channel. */
    private void spread() {
        Task.Statistics statistics = task.statistics().orElseThrow();
        int ofGroup = channels / norm.groups();
        kernel.java(
                addresses -> {
                    FloatBuffer means = groups(addresses, Place.of(statistics.mean()));
                    FloatBuffer variances = groups(addresses, Place.of(statistics.variance()));
                    FloatBuffer scales =
                            Address.floats(addresses, Place.parameter(norm.scale()), channels);
                    FloatBuffer toMean = planes(addresses, mean);
                    FloatBuffer toVariance = planes(addresses, variance);
                    FloatBuffer toScale = planes(addresses, scale);
                    return () -> {
                        for (int plane = 0; plane < planes(); plane++) {
                            toMean.put(plane, means.get(plane / ofGroup));
                            toVariance.put(plane, variances.get(plane / ofGroup));
                            toScale.put(plane, scales.get(plane % channels));
                        }
                    };
                });
    }

    private Runnable sumOverRows(ToLongFunction<Place> addresses) {
        FloatBuffer ofProducts = planes(addresses, products);
        FloatBuffer ofSums = planes(addresses, sums);
        FloatBuffer toScale = Address.floats(addresses, Place.gradient(norm.scale()), channels);
        FloatBuffer toShift = Address.floats(addresses, Place.gradient(norm.shift()), channels);
        return () -> {
            for (int channel = 0; channel < channels; channel++) {
                double product = 0;
                double sum = 0;
                for (int plane = channel; plane < planes(); plane += channels) {
                    product += ofProducts.get(plane);
                    sum += ofSums.get(plane);
                }
                toScale.put(channel, (float) product);
                toShift.put(channel, (float) sum);
            }
        };
    }

    private Runnable sumOverGroups(ToLongFunction<Place> addresses) {
        FloatBuffer ofProducts = planes(addresses, products);
        FloatBuffer ofSums = planes(addresses, sums);
        FloatBuffer variances = planes(addresses, variance);
        FloatBuffer scales = planes(addresses, scale);
        FloatBuffer toSlope = planes(addresses, slope);
        FloatBuffer toOffset = planes(addresses, offset);
        int ofGroup = channels / norm.groups();
        double pixels = (double) task.from().shape().height() * task.from().shape().width();
        return () -> {
            for (int first = 0; first < planes(); first += ofGroup) {
                double product = 0;
                double sum = 0;
                for (int plane = first; plane < first + ofGroup; plane++) {
                    product += (double) scales.get(plane) * ofProducts.get(plane);
                    sum += (double) scales.get(plane) * ofSums.get(plane);
                }
                double deviation = Math.sqrt(variances.get(first) + norm.epsilon());
                double factor = -1 / (ofGroup * pixels * deviation);
                for (int plane = first; plane < first + ofGroup; plane++) {
                    toSlope.put(plane, (float) (factor * product));
                    toOffset.put(plane, (float) (factor * sum));
                }
            }
        };
    }

    private FloatBuffer groups(ToLongFunction<Place> addresses, Place at) {
        return Address.floats(addresses, at, rows * norm.groups());
    }

    private FloatBuffer planes(ToLongFunction<Place> addresses, Place at) {
        return Address.floats(addresses, at, planes());
    }
}
