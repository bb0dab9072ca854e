package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_abcd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_hwigo;

import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Shape;
import org.jft.core.engine.program.Window.Pair;

/** What a convolution and a dense layer differ in, as oneDNN sees them. */
sealed interface LinearShape {
    static LinearShape of(Dnnl owner, Layouts layouts, Node node) {
        if (node.op() instanceof Op.Convolution convolution) {
            return new OfConvolution(
                    owner, layouts, convolution, node.input().shape(), node.output().shape());
        }
        return new OfDense(
                owner,
                layouts,
                (Op.Dense) node.op(),
                node.input().shape(),
                node.output().shape().channels());
    }

    Dnnl owner();

    Op.Weighted op();

    default Slice weight() {
        return op().weight();
    }

    default Optional<Slice> bias() {
        return op().bias();
    }

    int outputChannels();

    /** Returns the weights' description in the flat vector. */
    dnnl_memory_desc flatWeights();

    /** Returns which of the weights' dimensions count output channels, as bits. */
    int outputChannelMask();

    default dnnl_memory_desc biasOf() {
        return owner().describe(dnnl_f32, dnnl_a, outputChannels());
    }

    dnnl_memory_desc from(Tensor tensor);

    dnnl_memory_desc to(Tensor tensor);

    /** Returns multiplications and additions of one pass. */
    double flops(int rows);

    int describeForward(
            dnnl_primitive_desc into,
            dnnl_memory_desc from,
            dnnl_memory_desc to,
            dnnl_memory_desc bias,
            dnnl_primitive_attr attributes);

    int describeBackwardData(
            dnnl_primitive_desc into,
            dnnl_memory_desc fromGradient,
            dnnl_memory_desc toGradient,
            dnnl_primitive_desc hint,
            dnnl_primitive_attr attributes);

    int describeBackwardWeights(
            dnnl_primitive_desc into,
            dnnl_memory_desc from,
            dnnl_memory_desc toGradient,
            dnnl_memory_desc bias,
            dnnl_primitive_desc hint,
            dnnl_primitive_attr attributes);

    /**
     * A convolution: weights [out, in, kh, kw], or as oneDNN counts dimensions [groups, out /
     * groups, in / groups, kh, kw].
     */
    record OfConvolution(Dnnl owner, Layouts layouts, Op.Convolution op, Shape input, Shape output)
            implements LinearShape {
        @Override
        public int outputChannels() {
            return output.channels();
        }

        @Override
        public dnnl_memory_desc flatWeights() {
            return weights(dnnl_f32, op.depthwise() ? dnnl_hwigo : dnnl_abcd);
        }

        @Override
        public int outputChannelMask() {
            return op.depthwise() ? 0b11 : 0b1;
        }

        @Override
        public dnnl_memory_desc from(Tensor tensor) {
            return layouts.image(tensor);
        }

        @Override
        public dnnl_memory_desc to(Tensor tensor) {
            return layouts.image(tensor);
        }

        @Override
        public double flops(int rows) {
            return 2.0 * rows * weight().length() * output.height() * output.width();
        }

        @Override
        public int describeForward(
                dnnl_primitive_desc into,
                dnnl_memory_desc from,
                dnnl_memory_desc to,
                dnnl_memory_desc bias,
                dnnl_primitive_attr attributes) {
            return dnnl.dnnl_convolution_forward_primitive_desc_create(
                    into,
                    owner.engine(),
                    dnnl_forward_training,
                    dnnl_convolution_direct,
                    from,
                    anyWeights(layouts.networkType()),
                    bias,
                    to,
                    sliding().stride(),
                    sliding().dilation(),
                    sliding().before(),
                    sliding().after(),
                    attributes);
        }

        @Override
        public int describeBackwardData(
                dnnl_primitive_desc into,
                dnnl_memory_desc fromGradient,
                dnnl_memory_desc toGradient,
                dnnl_primitive_desc hint,
                dnnl_primitive_attr attributes) {
            return dnnl.dnnl_convolution_backward_data_primitive_desc_create(
                    into,
                    owner.engine(),
                    dnnl_convolution_direct,
                    fromGradient,
                    anyWeights(layouts.networkType()),
                    toGradient,
                    sliding().stride(),
                    sliding().dilation(),
                    sliding().before(),
                    sliding().after(),
                    hint,
                    attributes);
        }

        @Override
        public int describeBackwardWeights(
                dnnl_primitive_desc into,
                dnnl_memory_desc from,
                dnnl_memory_desc toGradient,
                dnnl_memory_desc bias,
                dnnl_primitive_desc hint,
                dnnl_primitive_attr attributes) {
            return dnnl.dnnl_convolution_backward_weights_primitive_desc_create(
                    into,
                    owner.engine(),
                    dnnl_convolution_direct,
                    from,
                    anyWeights(dnnl_f32),
                    bias,
                    toGradient,
                    sliding().stride(),
                    sliding().dilation(),
                    sliding().before(),
                    sliding().after(),
                    hint,
                    attributes);
        }

        private Sliding sliding() {
            return Sliding.of(op.window(), input, output);
        }

        private dnnl_memory_desc anyWeights(int type) {
            return weights(type, dnnl_format_tag_any);
        }

        private dnnl_memory_desc weights(int type, int tag) {
            int groups = op.groups(input.channels());
            Pair kernel = op.window().kernel();
            long out = output.channels() / groups;
            long in = input.channels() / groups;
            return op.depthwise()
                    ? owner.describe(
                            type, tag, groups, out, in, kernel.vertical(), kernel.horizontal())
                    : owner.describe(type, tag, out, in, kernel.vertical(), kernel.horizontal());
        }
    }

    /** A dense layer: weights [out, in], or [out, C, H, W] behind an image. */
    record OfDense(Dnnl owner, Layouts layouts, Op.Dense op, Shape input, int outputChannels)
            implements LinearShape {
        @Override
        public dnnl_memory_desc flatWeights() {
            return weights(dnnl_f32, Layouts.isVector(input) ? dnnl_ab : dnnl_abcd);
        }

        @Override
        public int outputChannelMask() {
            return 0b1;
        }

        @Override
        public dnnl_memory_desc from(Tensor tensor) {
            return Layouts.isVector(input) ? layouts.vector(tensor) : layouts.image(tensor);
        }

        @Override
        public dnnl_memory_desc to(Tensor tensor) {
            return layouts.vector(tensor);
        }

        @Override
        public double flops(int rows) {
            return 2.0 * rows * weight().length();
        }

        @Override
        public int describeForward(
                dnnl_primitive_desc into,
                dnnl_memory_desc from,
                dnnl_memory_desc to,
                dnnl_memory_desc bias,
                dnnl_primitive_attr attributes) {
            return dnnl.dnnl_inner_product_forward_primitive_desc_create(
                    into,
                    owner.engine(),
                    dnnl_forward_training,
                    from,
                    weights(layouts.networkType(), dnnl_format_tag_any),
                    bias,
                    to,
                    attributes);
        }

        @Override
        public int describeBackwardData(
                dnnl_primitive_desc into,
                dnnl_memory_desc fromGradient,
                dnnl_memory_desc toGradient,
                dnnl_primitive_desc hint,
                dnnl_primitive_attr attributes) {
            return dnnl.dnnl_inner_product_backward_data_primitive_desc_create(
                    into,
                    owner.engine(),
                    fromGradient,
                    weights(layouts.networkType(), dnnl_format_tag_any),
                    toGradient,
                    hint,
                    attributes);
        }

        @Override
        public int describeBackwardWeights(
                dnnl_primitive_desc into,
                dnnl_memory_desc from,
                dnnl_memory_desc toGradient,
                dnnl_memory_desc bias,
                dnnl_primitive_desc hint,
                dnnl_primitive_attr attributes) {
            return dnnl.dnnl_inner_product_backward_weights_primitive_desc_create(
                    into,
                    owner.engine(),
                    from,
                    weights(dnnl_f32, dnnl_format_tag_any),
                    bias,
                    toGradient,
                    hint,
                    attributes);
        }

        private dnnl_memory_desc weights(int type, int tag) {
            return Layouts.isVector(input)
                    ? owner.describe(type, tag, outputChannels, input.channels())
                    : owner.describe(
                            type,
                            tag,
                            outputChannels,
                            input.channels(),
                            input.height(),
                            input.width());
        }
    }
}
