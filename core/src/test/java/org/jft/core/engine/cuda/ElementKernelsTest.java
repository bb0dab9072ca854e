package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.jft.core.engine.cuda.driver.Grid;
import org.jft.core.engine.program.Op.Activation.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ElementKernelsTest extends KernelContract {
    private static final int[] COUNTS = {1, 7, 8, 9, 2047, 4099};
    private static final int NONE = -1;
    private static final float ALPHA = 0.7f;
    private static final double STEP = 1e-6; // of numeric derivatives

    private static double value(Function function, double x) {
        return switch (function) {
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : ALPHA * x;
            case RELU6 -> Math.min(Math.max(x, 0), 6);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case ELU -> x > 0 ? x : ALPHA * Math.expm1(x);
            case SWISH -> x / (1 + Math.exp(-ALPHA * x));
        };
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldApplyEveryFunctionInPlace(Format format) {
        for (Function function : Function.values()) {
            for (int count : COUNTS) {
                float[] x = gaussian(format, count, 1, 4);
                double[] expected = new double[count];
                Arrays.setAll(expected, i -> value(function, x[i]));
                DeviceArray inPlace = DeviceArray.of(format, x);

                HostGpu.of(format)
                        .launch(
                                "activate",
                                Grids.flat(count),
                                inPlace,
                                inPlace,
                                (long) count,
                                function.ordinal(),
                                ALPHA);

                String what = "%s, count=%s".formatted(function, count);
                assertNear(what, expected, inPlace.values(format), format, FLOAT);
            }
        }
    }

    /** Inverts a function where it is one to one: the value that backward is given. */
    private static double inputOf(Function function, double output) {
        return switch (function) {
            case LEAKY_RELU -> output > 0 ? output : output / ALPHA;
            case SIGMOID -> -Math.log(1 / output - 1);
            case TANH -> 0.5 * Math.log((1 + output) / (1 - output));
            case ELU -> output > 0 ? output : Math.log1p(output / ALPHA);
            default -> output;
        };
    }

    private float[] valuesFor(Function function, Format format) {
        float[] values =
                switch (function) {
                    case SIGMOID -> uniform(1003, 0.01, 0.99);
                    case TANH -> uniform(1003, -0.99, 0.99);
                    case ELU -> uniform(1003, -0.69, 3);
                    default -> gaussian(format, 1003, 2, 4);
                };
        for (int i = 0; i < values.length; i++) {
            float kept = format.round(values[i]);
            // No derivative is asked for at a kink.
            values[i] = Math.abs(kept) < 0.01 || Math.abs(kept - 6) < 0.01 ? 1 : kept;
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldPropagateGradientsAsTheNumericDerivativeDoes(Format format) {
        for (Function function : Function.values()) {
            float[] values = valuesFor(function, format);
            int count = values.length;
            float[] gradient = gaussian(format, count);
            double[] expected = new double[count];
            for (int i = 0; i < count; i++) {
                double x = inputOf(function, values[i]);
                double rise = value(function, x + STEP) - value(function, x - STEP);
                expected[i] = gradient[i] * rise / (2 * STEP);
            }
            DeviceArray inPlace = DeviceArray.of(format, gradient);

            HostGpu.of(format)
                    .launch(
                            "activate_backward",
                            Grids.flat(count),
                            inPlace,
                            DeviceArray.of(format, values),
                            inPlace,
                            (long) count,
                            function.ordinal(),
                            ALPHA);

            String what = "gradient of " + function;
            assertNear(what, expected, inPlace.values(format), format, 3 * FLOAT);
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldNeverSwallowNan(Format format) {
        float[] nan = new float[9];
        Arrays.fill(nan, Float.NaN);
        float[] ones = new float[9];
        Arrays.fill(ones, 1);
        HostGpu gpu = HostGpu.of(format);
        for (Function function : Function.values()) {
            DeviceArray value = DeviceArray.of(format, nan);
            gpu.launch("activate", Grids.each(1), value, value, 9L, function.ordinal(), ALPHA);
            assertSame(function + " of NaN", nan, value.values(format));

            DeviceArray gradient = DeviceArray.of(format, nan);
            DeviceArray at = DeviceArray.of(format, ones);
            gpu.launch(
                    "activate_backward",
                    Grids.each(1),
                    gradient,
                    at,
                    gradient,
                    9L,
                    function.ordinal(),
                    ALPHA);
            assertSame("gradient NaN of " + function, nan, gradient.values(format));
        }
        DeviceArray sum = DeviceArray.of(format, nan);
        gpu.launch("add", Grids.each(1), sum, sum, DeviceArray.of(format, ones), 9L, 1);
        assertSame("rectified sum", nan, sum.values(format));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldAddAndRectifyInPlace(Format format) {
        for (int count : COUNTS) {
            float[] left = gaussian(format, count);
            float[] right = gaussian(format, count);
            for (int relu = 0; relu <= 1; relu++) {
                float[] expected = new float[count];
                for (int i = 0; i < count; i++) {
                    float sum = left[i] + right[i];
                    expected[i] = format.round(relu == 1 ? Math.max(sum, 0) : sum);
                }
                DeviceArray inPlace = DeviceArray.of(format, right);
                DeviceArray other = DeviceArray.of(format, left);

                HostGpu.of(format)
                        .launch(
                                "add",
                                Grids.flat(count),
                                inPlace,
                                other,
                                inPlace,
                                (long) count,
                                relu);

                assertSame("relu=" + relu, expected, inPlace.values(format));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldEndALinearLayerWithBiasAddendAndFunction(Format format) {
        for (int c : new int[] {1, 3, 8, 100, 256, 1000}) {
            int rows = 4100 / c + 1;
            int count = rows * c;
            for (Format held : new Format[] {format, Format.FP32}) {
                float[] x = gaussian(held, count);
                float[] bias = gaussian(Format.FP32, c);
                float[] addend = gaussian(held, count);
                for (int mode = 0; mode < 4; mode++) {
                    boolean biased = (mode & 1) != 0;
                    boolean added = (mode & 2) != 0;
                    int function = biased ? Function.RELU.ordinal() : NONE;
                    double[] expected = new double[count];
                    for (int i = 0; i < count; i++) {
                        double sum = (double) x[i] + (biased ? bias[i % c] : 0);
                        sum += added ? addend[i] : 0;
                        expected[i] = biased ? Math.max(sum, 0) : sum;
                    }
                    DeviceArray inPlace = DeviceArray.of(held, x);

                    HostGpu.of(format)
                            .launch(
                                    "linear_epilogue" + (held == format ? "" : "_float"),
                                    Grids.each(2),
                                    inPlace,
                                    inPlace,
                                    biased ? DeviceArray.floats(bias).asSlice() : null,
                                    added ? DeviceArray.of(held, addend) : null,
                                    (long) count,
                                    c,
                                    function,
                                    0f);

                    String what = "c=%s, mode=%s".formatted(c, mode);
                    assertNear(what, expected, inPlace.values(held), held, FLOAT);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldCopyRangesOfChannels(Format format) {
        int[][] cases = {{8, 24, 8, 16, 0}, {3, 8, 5, 3, 0}, {16, 16, 0, 48, 8}, {5, 5, 0, 9, 4}};
        for (int[] of : cases) {
            int channels = of[0];
            int rows = 301;
            float[] from = gaussian(format, rows * of[3]);
            float[] expected = gaussian(format, rows * of[1]);
            DeviceArray to = DeviceArray.of(format, expected);
            for (int i = 0; i < rows * channels; i++) {
                int row = i / channels;
                int channel = i % channels;
                expected[row * of[1] + of[2] + channel] = from[row * of[3] + of[4] + channel];
            }

            HostGpu.of(format)
                    .launch(
                            "copy_channels",
                            Grids.flat(rows * channels),
                            to,
                            DeviceArray.of(format, from),
                            (long) rows,
                            channels,
                            of[1],
                            of[2],
                            of[3],
                            of[4]);

            assertSame(Arrays.toString(of), expected, to.values(format));
        }
    }

    /** Philox-4x32-10 as in Salmon et al. 2011, table 2 and figure 1. */
    private static int[] philox(int[] counter, int[] key) {
        int[] c = counter.clone();
        int[] k = key.clone();
        for (int round = 0; round < 10; round++) {
            long product0 = (c[0] & 0xffffffffL) * 0xd2511f53L;
            long product1 = (c[2] & 0xffffffffL) * 0xcd9e8d57L;
            c =
                    new int[] {
                        (int) (product1 >>> 32) ^ c[1] ^ k[0],
                        (int) product1,
                        (int) (product0 >>> 32) ^ c[3] ^ k[1],
                        (int) product0
                    };
            k[0] += 0x9e3779b9;
            k[1] += 0xbb67ae85;
        }
        return c;
    }

    @Test
    void shouldKnowThePublishedAnswersOfPhilox() {
        assertThat(philox(new int[4], new int[2]))
                .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(philox(new int[] {-1, -1, -1, -1}, new int[] {-1, -1}))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(
                        philox(
                                new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                                new int[] {0xa4093822, 0x299f31d0}))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldDrawMasksAsAFunctionOfSeedStepAndElement(Format format) {
        int count = 20_003;
        long nodeSeed = random.nextLong();
        long step = 1L << 33 | 5;
        for (double keep : new double[] {0, 0.3, 1}) {
            float[] expected = new float[count];
            int kept = 0;
            for (int i = 0; i < count; i++) {
                int[] counter = {i / 4, 0, (int) step, (int) (step >>> 32)};
                int[] key = {(int) nodeSeed, (int) (nodeSeed >>> 32)};
                long word = philox(counter, key)[i % 4] & 0xffffffffL;
                expected[i] = word < keep * 0x1p32 ? 1 : 0;
                kept += (int) expected[i];
            }
            DeviceArray mask = DeviceArray.unset(format, count);
            DeviceArray numbers = new DeviceStepNumbers().step(step).array();

            HostGpu.of(format)
                    .launch(
                            "draw_mask",
                            Grids.each(3),
                            mask,
                            numbers,
                            (long) count,
                            nodeSeed,
                            keep);

            assertSame("keep=" + keep, expected, mask.values(format));
            assertThat((double) kept / count).isCloseTo(keep, within(0.03));
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldApplyMasksInPlace(Format format) {
        for (int count : COUNTS) {
            float[] x = gaussian(format, count);
            float[] mask = new float[count];
            float[] expected = new float[count];
            for (int i = 0; i < count; i++) {
                mask[i] = random.nextInt(2);
                expected[i] = format.round(x[i] * mask[i] * 1.25f);
            }
            DeviceArray inPlace = DeviceArray.of(format, x);
            DeviceArray kept = DeviceArray.of(format, mask);

            HostGpu.of(format)
                    .launch(
                            "apply_mask",
                            Grids.flat(count),
                            inPlace,
                            inPlace,
                            kept,
                            (long) count,
                            1.25f);

            assertSame("count=" + count, expected, inPlace.values(format));
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldSumColumns(Format format) {
        int[][] shapes = {
            {1, 1, 1}, {20, 3, 2}, {257, 8, 3}, {100, 64, 1}, {90, 270, 4}, {5, 8, 9}
        };
        for (int[] shape : shapes) {
            int c = shape[1];
            int chunks = shape[2];
            float[] x = gaussian(format, shape[0] * c, 0.5, 1);
            double[] expected = new double[c];
            for (int i = 0; i < x.length; i++) {
                expected[i % c] += 0.25 * x[i];
            }
            DeviceArray partials = DeviceArray.unsetFloats(chunks * c);
            DeviceArray to = DeviceArray.unsetFloats(c).asSlice();
            DeviceArray from = DeviceArray.of(format, x);
            DeviceArray scale = DeviceArray.floats(0.25f);
            HostGpu gpu = HostGpu.of(format);
            long rows = shape[0];

            Grid columns = Grids.columns(c, chunks);
            gpu.launch("column_sums_partial", columns, partials, from, rows, c);
            gpu.launch("column_sums", Grids.combine(c), to, partials, scale, c, chunks);

            double slack = FLOAT * (10 + rows);
            assertNear(Arrays.toString(shape), expected, to.floats(), Format.FP32, slack);
        }
    }
}
