package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import org.jft.core.engine.LossScale;

/**
 * What changes from step to step, as the kernels read it; kernels/README.md has the picture. The
 * first {@link #HOST_BYTES} are the host's, the rest the device's after the start.
 *
 * @param draw position of this pass among all, for dropout
 */
record PassNumbers(
        long draw,
        double learningRate,
        double gradientScale,
        double largestNorm,
        float averageRate,
        Corrections corrections,
        LossScale scale) {
    static final long BYTES = 80;
    static final long HOST_BYTES = 44;
    static final long LOSS_SCALE = 44;
    static final long UNSCALE = 48;
    static final long GOOD_STEPS = 52;

    /** Where two ints tell of an update: whether gradients were finite, whether it is broken. */
    static final long OUTCOME = 72;

    static final long OUTCOME_BYTES = 2L * Integer.BYTES;
    private static final double NO_CLIP = 1;

    /** Factors on LAMB's averages of gradients and of their squares: 1 / (1 - beta^t). */
    record Corrections(float mean, float square) {
        /** Of other rules. */
        static final Corrections NONE = new Corrections(1, 1);
    }

    /** Returns the numbers of a pass that updates nothing. */
    static PassNumbers ofPass(long draw, float lossScale) {
        return new PassNumbers(draw, 0, 1, 0, 0, Corrections.NONE, new LossScale(lossScale, 0));
    }

    void write(ByteBuffer to) {
        to.clear();
        to.putLong(draw)
                .putDouble(learningRate)
                .putDouble(gradientScale)
                .putDouble(largestNorm)
                .putFloat(averageRate)
                .putFloat(corrections.mean())
                .putFloat(corrections.square())
                .putFloat(scale.factor())
                .putFloat(1 / scale.factor())
                .putInt(scale.goodSteps())
                .putDouble(0) // norm
                .putDouble(NO_CLIP)
                .putInt(1) // finite
                .putInt(0); // broken
    }
}
