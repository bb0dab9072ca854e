package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The vector that is summed over the micro batches of a worker and then over the workers: all
 * gradients and, behind them, the loss, so that one exchange carries both.
 *
 * <pre>
 *  0                         length       length + 1
 *  +-------------------------+------------+
 *  | gradients, flat f32 ... | loss f32   |
 *  +-------------------------+------------+
 * </pre>
 */
final class GradientSum {
    private static final int BLOCK = 4096;

    private final int length;
    private final FloatBuffer sum;
    private final float[] left = new float[BLOCK];
    private final float[] right = new float[BLOCK];

    GradientSum(int length) {
        this.length = length;
        sum =
                ByteBuffer.allocateDirect(Float.BYTES * (length + 1))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
    }

    /** Starts a step with its first micro batch. */
    void set(FloatBuffer gradients, double loss) {
        sum.put(0, gradients, 0, length);
        sum.put(length, (float) loss);
    }

    /** Adds a further micro batch. */
    void add(FloatBuffer gradients, double loss) {
        for (int from = 0; from < length; from += BLOCK) {
            int count = Math.min(BLOCK, length - from);
            sum.get(from, left, 0, count);
            gradients.get(from, right, 0, count);
            for (int i = 0; i < count; i++) {
                left[i] += right[i];
            }
            sum.put(from, left, 0, count);
        }
        sum.put(length, sum.get(length) + (float) loss);
    }

    /** Returns gradients and loss, to be summed over workers in place. */
    FloatBuffer vector() {
        return sum.duplicate().clear();
    }

    /** Returns the sum of the losses. */
    double loss() {
        return sum.get(length);
    }
}
