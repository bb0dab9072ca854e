package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;

/** What tests of kernels share: random numbers whose seed stands in every failure, comparisons. */
abstract class KernelContract {
    /** Rounding of a few operations in float32, relative to what is added. */
    static final double FLOAT = 1e-6;

    final long seed = System.nanoTime();
    final Random random = new Random(seed);

    /** Draws numbers that the format holds. */
    float[] gaussian(Format format, int count, double mean, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = format.round((float) (mean + deviation * random.nextGaussian()));
        }
        return values;
    }

    float[] gaussian(Format format, int count) {
        return gaussian(format, count, 0, 1);
    }

    float[] uniform(int count, double from, double to) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (from + (to - from) * random.nextDouble());
        }
        return values;
    }

    /**
     * Holds values to those of double arithmetic, rounded once to the format.
     *
     * @param slack what float32 arithmetic may add to the rounding
     */
    void assertNear(String what, double[] expected, float[] actual, Format format, double slack) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            double bound = format.roundingOf(expected[i]) + slack * (1 + Math.abs(expected[i]));
            boolean near =
                    Double.isNaN(expected[i])
                            ? Float.isNaN(actual[i])
                            : Math.abs(actual[i] - expected[i]) <= bound;
            if (!near) {
                fail(
                        "%s, element %s: expected %s, was %s, seed=%s",
                        what, i, expected[i], actual[i], seed);
            }
        }
    }

    /** Holds values to equality; NaN equals NaN, and the zeros are one. */
    void assertSame(String what, float[] expected, float[] actual) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            boolean same = expected[i] == actual[i] || Float.compare(expected[i], actual[i]) == 0;
            if (!same) {
                fail(
                        "%s, element %s: expected %s, was %s, seed=%s",
                        what, i, expected[i], actual[i], seed);
            }
        }
    }
}
