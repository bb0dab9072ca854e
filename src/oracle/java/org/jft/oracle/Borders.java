package org.jft.oracle;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * The zeros around an image, each array as (vertical, horizontal).
 *
 * @param same whether the padding is such that outputs = ceil(inputs / stride), the odd zero behind
 *     (TensorFlow's rule); else {@code fixed} on both sides
 */
record Borders(boolean same, long[] kernel, long[] stride, long[] dilation, long[] fixed) {
    static Borders of(
            ConvolutionMode mode, int[] kernel, int[] stride, int[] dilation, int[] padding) {
        return new Borders(
                mode == ConvolutionMode.Same,
                longs(kernel),
                longs(stride),
                longs(dilation),
                longs(padding));
    }

    /** Returns an image with its border, filled with a value. */
    Tensor around(Tensor image, double value) {
        long top = before(0, image.size(2));
        long left = before(1, image.size(3));
        long bottom = all(0, image.size(2)) - top;
        long right = all(1, image.size(3)) - left;
        return top + bottom + left + right == 0
                ? image
                : torch.constant_pad_nd(
                        image, new long[] {left, right, top, bottom}, new Scalar(value));
    }

    private long before(int axis, long side) {
        return all(axis, side) / 2;
    }

    private long all(int axis, long side) {
        if (!same) {
            return 2 * fixed[axis];
        }
        long outputs = (side + stride[axis] - 1) / stride[axis];
        long span = dilation[axis] * (kernel[axis] - 1) + 1;
        return Math.max(0, (outputs - 1) * stride[axis] + span - side);
    }

    private static long[] longs(int[] values) {
        return new long[] {values[0], values[1]};
    }
}
