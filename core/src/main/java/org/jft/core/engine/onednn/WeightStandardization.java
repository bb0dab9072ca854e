package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_normalization_flags_none;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Op;

/**
 * Standardised weights: a layer normalization of [out, in * kh * kw] without scale and shift. Made
 * anew for each kernel that reads them, like all copies of weights.
 */
final class WeightStandardization {
    private final Dnnl owner;
    private final KernelBuilder kernel;
    private final Slice weight;
    private final dnnl_memory_desc rows; // [out, in * kh * kw]
    private final dnnl_memory_desc statistics; // [out]
    private final dnnl_primitive_desc description;
    private final Place mean;
    private final Place variance;

    private WeightStandardization(Dnnl owner, KernelBuilder kernel, Slice weight, int out) {
        this.owner = owner;
        this.kernel = kernel;
        this.weight = weight;
        rows = owner.describe(dnnl_f32, dnnl_ab, out, weight.length() / out);
        statistics = owner.describe(dnnl_f32, dnnl_a, out);
        description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_layer_normalization_forward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        dnnl.dnnl_forward_training,
                                        rows,
                                        rows,
                                        statistics,
                                        (float) Op.Convolution.STANDARDIZING_EPSILON,
                                        dnnl_normalization_flags_none,
                                        owner.attributes()));
        mean = kernel.scratch((long) Float.BYTES * out);
        variance = kernel.scratch((long) Float.BYTES * out);
    }

    private static boolean wanted(LinearShape shape) {
        return shape.op() instanceof Op.Convolution convolution && convolution.standardized();
    }

    /** Returns where the weights that a layer multiplies by lie, in the order of the parameters. */
    static Place weights(Dnnl owner, KernelBuilder kernel, LinearShape shape) {
        return wanted(shape)
                ? new WeightStandardization(owner, kernel, shape.weight(), shape.outputChannels())
                        .forward()
                : Place.parameter(shape.weight());
    }

    /** Returns where the gradient of those weights goes, in the same order. */
    static Place gradient(KernelBuilder kernel, LinearShape shape) {
        return wanted(shape)
                ? kernel.scratch((long) Float.BYTES * shape.weight().length())
                : Place.gradient(shape.weight());
    }

    /** Makes the parameters' gradient of what is there. */
    static void backward(Dnnl owner, KernelBuilder kernel, LinearShape shape, Place gradient) {
        if (wanted(shape)) {
            new WeightStandardization(owner, kernel, shape.weight(), shape.outputChannels())
                    .backward(gradient);
        }
    }

    private Place forward() {
        Place to = kernel.scratch((long) Float.BYTES * weight.length());
        kernel.operation(description)
                .with(DNNL_ARG_SRC, rows, Place.parameter(weight))
                .with(DNNL_ARG_DST, rows, to)
                .with(DNNL_ARG_MEAN, statistics, mean)
                .with(DNNL_ARG_VARIANCE, statistics, variance);
        return to;
    }

    private void backward(Place gradient) {
        forward(); // for the statistics
        dnnl_primitive_desc backward =
                kernel.describe(
                        d ->
                                dnnl.dnnl_layer_normalization_backward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        dnnl.dnnl_backward_data,
                                        rows,
                                        rows,
                                        rows,
                                        statistics,
                                        (float) Op.Convolution.STANDARDIZING_EPSILON,
                                        dnnl_normalization_flags_none,
                                        description,
                                        owner.attributes()));
        kernel.operation(backward)
                .with(DNNL_ARG_SRC, rows, Place.parameter(weight))
                .with(DNNL_ARG_MEAN, statistics, mean)
                .with(DNNL_ARG_VARIANCE, statistics, variance)
                .with(DNNL_ARG_DIFF_DST, rows, gradient)
                .with(DNNL_ARG_DIFF_SRC, rows, Place.gradient(weight));
    }
}
