package org.jft.core.engine.cuda;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Standardised filters by their definition, in double precision. */
final class WeightKernelsTest extends KernelContract {
    private static final double EPSILON = 1e-10;

    private final HostGpu gpu = HostGpu.of(Format.FP32);

    /** The rows of a slice. */
    private final class Filters {
        final int count;
        final int length;
        final float[] weights;
        final double[] mean;
        final double[] inverse;

        Filters(int count, int length) {
            this.count = count;
            this.length = length;
            weights = gaussian(Format.FP32, count * length, 0.3, 0.02);
            mean = new double[count];
            inverse = new double[count];
            for (int k = 0; k < count; k++) {
                double sum = 0;
                double squares = 0;
                for (int i = k * length; i < (k + 1) * length; i++) {
                    sum += weights[i];
                }
                mean[k] = sum / length;
                for (int i = k * length; i < (k + 1) * length; i++) {
                    squares += Math.pow(weights[i] - mean[k], 2);
                }
                inverse[k] = 1 / Math.sqrt(squares / length + EPSILON);
            }
        }

        double unit(int i) {
            return (weights[i] - mean[i / length]) * inverse[i / length];
        }

        @Override
        public String toString() {
            return "%s filters of %s".formatted(count, length);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "3, 27", "16, 256", "5, 4608", "70, 64"})
    void shouldFindWhatStandardisesEachFilter(int count, int length) {
        Filters filters = new Filters(count, length);
        float[] folded = uniform(count, 0.5, 2);
        for (float[] factors : new float[][] {null, folded}) {
            DeviceArray mean = DeviceArray.unsetFloats(count);
            DeviceArray factor = DeviceArray.unsetFloats(count);

            gpu.launch(
                    "filter_statistics",
                    Grids.each(count),
                    mean,
                    factor,
                    DeviceArray.floats(filters.weights).asSlice(),
                    factors == null ? null : DeviceArray.floats(factors),
                    length,
                    EPSILON);

            double[] expected = new double[count];
            Arrays.setAll(expected, k -> filters.inverse[k] * (factors == null ? 1 : factors[k]));
            assertNear("mean of " + filters, filters.mean, mean.floats(), Format.FP32, FLOAT);
            assertNear("factor of " + filters, expected, factor.floats(), Format.FP32, FLOAT);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "3, 27", "16, 256", "5, 4608", "70, 64"})
    void shouldGoBackThroughTheStandardisation(int count, int length) {
        Filters filters = new Filters(count, length);
        float[] gradient = gaussian(Format.FP32, count * length, 0.5, 1);
        DeviceArray to = DeviceArray.floats(gradient).asSlice();

        gpu.launch(
                "filter_backward",
                Grids.each(count),
                to,
                DeviceArray.floats(filters.weights).asSlice(),
                DeviceArray.floats(NormCase.narrow(filters.mean)),
                DeviceArray.floats(NormCase.narrow(filters.inverse)),
                length);

        double[] expected = new double[gradient.length];
        double steepest = 0;
        for (int k = 0; k < count; k++) {
            double level = 0;
            double slope = 0;
            for (int i = k * length; i < (k + 1) * length; i++) {
                level += gradient[i] / (double) length;
                slope += gradient[i] * filters.unit(i) / length;
            }
            for (int i = k * length; i < (k + 1) * length; i++) {
                expected[i] = (gradient[i] - level - filters.unit(i) * slope) * filters.inverse[k];
            }
            steepest = Math.max(steepest, filters.inverse[k]);
        }
        // A rounding of the mean, 0.3, is one of a unit as many times larger as the inverse.
        double slack = 4 * FLOAT * steepest;
        assertNear("gradient of " + filters, expected, to.floats(), Format.FP32, slack);
    }
}
