package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.jft.core.engine.cuda.driver.Grid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class NormKernelsTest extends KernelContract {
    /** Runs both phases and compares with two passes in double precision. */
    private void checkStatistics(Format format, int[] shape, double mean, double deviation) {
        int rows = shape[0];
        int c = shape[1];
        int chunks = shape[2];
        float[] x = gaussian(format, rows * c, mean, deviation);
        DeviceArray partials = DeviceArray.unsetFloats(2 * chunks * c);
        DeviceArray means = DeviceArray.unsetFloats(c);
        DeviceArray variances = DeviceArray.unsetFloats(c);
        HostGpu gpu = HostGpu.of(format);

        DeviceArray from = DeviceArray.of(format, x);
        Grid columns = Grids.columns(c, chunks);
        gpu.launch("norm_statistics_partial", columns, partials, from, (long) rows, c);
        Grid combine = Grids.combine(c);
        gpu.launch("norm_statistics", combine, means, variances, partials, (long) rows, c, chunks);

        String what = "%s, rows=%s, c=%s, chunks=%s".formatted(format, rows, c, chunks);
        double[] expected = NormCase.mean(x, rows, c);
        for (int i = 0; i < c; i++) {
            assertThat(Math.abs(means.floats()[i] - expected[i]))
                    .as("mean, %s, seed=%s", what, seed)
                    .isLessThanOrEqualTo(1e-6 * (Math.abs(mean) + deviation));
        }
        // A deviation is off by a rounding of the mean; that squared may be all there is.
        double[] spread = NormCase.variance(x, rows, c);
        for (int i = 0; i < c; i++) {
            double bound = 1e-5 * spread[i] + Math.pow(2e-7 * mean, 2);
            assertThat(Math.abs(variances.floats()[i] - spread[i]))
                    .as("variance, expected %s, %s, seed=%s", spread[i], what, seed)
                    .isLessThanOrEqualTo(bound);
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldFindMeanAndVarianceOfEveryChannel(Format format) {
        for (int[] shape : NormCase.SHAPES) {
            checkStatistics(format, shape, 0.5, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"FP32, 10000, 0.1", "FP32, -1000, 1", "BF16, 1000, 20", "FP16, 1000, 1"})
    void shouldKeepTheVarianceOfManyValuesFarFromZero(
            Format format, double mean, double deviation) {
        checkStatistics(format, new int[] {50_000, 8, 12}, mean, deviation);
        checkStatistics(format, new int[] {9000, 3, 5}, mean, deviation);
    }

    @Test
    void shouldGiveNoVarianceToAConstant() {
        checkStatistics(Format.FP32, new int[] {1000, 16, 3}, 12_345.678, 0);
    }

    /** Sums in float32 of values of float16 are as good as the values. */
    @ParameterizedTest
    @CsvSource({"0, 1", "3, 0.5", "-40, 1"})
    void shouldFindMeanAndVarianceFromSums(double mean, double deviation) {
        int rows = 3000;
        int c = 300;
        float[] x = gaussian(Format.FP16, rows * c, mean, deviation);
        float[] sums = new float[c];
        float[] squares = new float[c];
        double[] exactSums = new double[c];
        double[] exactSquares = new double[c];
        for (int i = 0; i < x.length; i++) {
            exactSums[i % c] += x[i];
            exactSquares[i % c] += (double) x[i] * x[i];
        }
        for (int i = 0; i < c; i++) {
            sums[i] = (float) exactSums[i];
            squares[i] = (float) exactSquares[i];
        }
        DeviceArray means = DeviceArray.unsetFloats(c);
        DeviceArray variances = DeviceArray.unsetFloats(c);
        HostGpu.of(Format.FP16)
                .launch(
                        "norm_statistics_of_sums",
                        Grids.channels(c),
                        means,
                        variances,
                        DeviceArray.floats(sums),
                        DeviceArray.floats(squares),
                        (long) rows,
                        c);
        double[] expected = NormCase.variance(x, rows, c);
        assertNear("mean", NormCase.mean(x, rows, c), means.floats(), Format.FP32, FLOAT);
        for (int i = 0; i < c; i++) {
            double step = Math.pow(2, -11) * (Math.abs(mean) + deviation); // of float16
            assertThat(Math.abs(variances.floats()[i] - expected[i]))
                    .as("variance of channel %s, expected %s, seed=%s", i, expected[i], seed)
                    .isLessThanOrEqualTo(1e-6 * expected[i] + step * step);
        }
    }

    @Test
    void shouldGiveNoNegativeVarianceAndKeepNaN() {
        DeviceArray means = DeviceArray.unsetFloats(3);
        DeviceArray variances = DeviceArray.unsetFloats(3);
        HostGpu.of(Format.FP16)
                .launch(
                        "norm_statistics_of_sums",
                        Grids.channels(3),
                        means,
                        variances,
                        DeviceArray.floats(300, 300, Float.NaN),
                        DeviceArray.floats(899.9f, 1000, 900),
                        100L,
                        3);
        assertThat(means.floats()).containsExactly(3, 3, Float.NaN);
        assertThat(variances.floats()).containsExactly(0, 1, Float.NaN);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldNormaliseAddAndRectify(Format format) {
        for (int[] shape : NormCase.SHAPES) {
            NormCase norm = new NormCase(this, format, shape[0], shape[1]);
            for (int mode = 0; mode < 8; mode++) {
                boolean added = (mode & 1) != 0;
                boolean relu = (mode & 2) != 0;
                boolean inPlace = (mode & 4) != 0;
                DeviceArray x = DeviceArray.of(format, norm.x);
                DeviceArray addend = added ? DeviceArray.of(format, norm.addend) : null;
                DeviceArray other = added ? addend : x;
                DeviceArray y = inPlace ? other : DeviceArray.unset(format, norm.x.length);
                DeviceArray mask = relu ? DeviceArray.unset((norm.x.length + 7) / 8) : null;

                HostGpu.of(format)
                        .launch(
                                "norm_apply",
                                Grids.flat(norm.x.length),
                                y,
                                mask,
                                x,
                                addend,
                                DeviceArray.floats(norm.mean).asSlice(),
                                DeviceArray.floats(norm.variance).asSlice(),
                                DeviceArray.floats(norm.scale).asSlice(),
                                DeviceArray.floats(norm.shift).asSlice(),
                                (long) norm.rows,
                                norm.c,
                                NormCase.EPSILON,
                                relu ? 1 : 0);

                String what = "%s, mode=%s".formatted(norm, mode);
                float[] result = y.values(format);
                assertNear(what, norm.output(added, relu), result, format, 4 * FLOAT);
                if (relu && format != Format.FP16) { // a positive result may round to zero there
                    assertThat(mask.content()).as(what).isEqualTo(NormCase.bits(result));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldLetNanThroughTheRectifier(Format format) {
        float[] x = {Float.NaN, -1, 1};
        DeviceArray y = DeviceArray.unset(format, x.length);
        DeviceArray mask = DeviceArray.unset(1);
        DeviceArray zero = DeviceArray.floats(0);
        DeviceArray one = DeviceArray.floats(1);

        HostGpu.of(format)
                .launch(
                        "norm_apply",
                        Grids.each(1),
                        y,
                        mask,
                        DeviceArray.of(format, x),
                        null,
                        zero,
                        one,
                        one,
                        zero,
                        3L,
                        1,
                        0f,
                        1);

        assertThat(y.values(format)).containsExactly(Float.NaN, 0, 1);
        assertThat(mask.content()).containsExactly(0b101);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void shouldStepRunningStatisticsTowardsTheBatch(boolean inverted) {
        int c = 300;
        float rate = 0.1f;
        float[] running = gaussian(Format.FP32, c);
        float[] runningVariance = uniform(c, 0.5, 2);
        float[] mean = gaussian(Format.FP32, c);
        float[] variance = uniform(c, 0.5, 2);
        float[] saved = variance.clone();
        double[] meanStep = new double[c];
        double[] varianceStep = new double[c];
        for (int i = 0; i < c; i++) {
            saved[i] =
                    inverted
                            ? (float) (1 / Math.sqrt(variance[i] + NormCase.EPSILON))
                            : variance[i];
            meanStep[i] = 0.1 * (running[i] - (double) mean[i]);
            varianceStep[i] = 0.1 * (runningVariance[i] - (double) variance[i]);
        }
        DeviceArray meanTo = DeviceArray.unsetFloats(c).asSlice();
        DeviceArray varianceTo = DeviceArray.unsetFloats(c).asSlice();

        HostGpu.of(Format.FP32)
                .launch(
                        "running_step",
                        Grids.channels(c),
                        meanTo,
                        varianceTo,
                        DeviceArray.floats(running).asSlice(),
                        DeviceArray.floats(runningVariance).asSlice(),
                        DeviceArray.floats(mean),
                        DeviceArray.floats(saved),
                        c,
                        rate,
                        NormCase.EPSILON,
                        inverted ? 1 : 0);

        assertNear("mean", meanStep, meanTo.floats(), Format.FP32, FLOAT);
        assertNear("variance", varianceStep, varianceTo.floats(), Format.FP32, FLOAT);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void shouldFoldKnownStatisticsIntoFactorsAndBias(boolean biased) {
        NormCase norm = new NormCase(this, Format.FP32, 50, 270);
        float[] before = gaussian(Format.FP32, norm.c);
        double[] factors = new double[norm.c];
        double[] bias = new double[norm.c];
        for (int i = 0; i < norm.c; i++) {
            factors[i] = norm.scale[i] * norm.inverse(i);
            double centred = (biased ? before[i] : 0) - (double) norm.mean[i];
            bias[i] = centred * factors[i] + norm.shift[i];
        }
        DeviceArray factorsTo = DeviceArray.unsetFloats(norm.c);
        DeviceArray biasTo = DeviceArray.unsetFloats(norm.c);

        HostGpu.of(Format.FP32)
                .launch(
                        "fold_norm",
                        Grids.channels(norm.c),
                        factorsTo,
                        biasTo,
                        biased ? DeviceArray.floats(before).asSlice() : null,
                        DeviceArray.floats(norm.scale).asSlice(),
                        DeviceArray.floats(norm.shift).asSlice(),
                        DeviceArray.floats(norm.mean).asSlice(),
                        DeviceArray.floats(norm.variance).asSlice(),
                        norm.c,
                        NormCase.EPSILON);

        assertNear("factors", factors, factorsTo.floats(), Format.FP32, FLOAT);
        assertNear("bias", bias, biasTo.floats(), Format.FP32, FLOAT);
    }
}
