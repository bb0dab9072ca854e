package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jft.core.engine.cuda.driver.Grid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LayoutKernelsTest extends KernelContract {
    private static final int[] COUNTS = {1, 7, 8, 9, 255, 2047, 2048, 2049, 5000};
    private static final int PATTERNS = 1 << Short.SIZE;
    private static final float FACTOR = 0.25f;

    /**
     * Every value of the format, the middle to the next and both neighbours of that; and others.
     */
    private static float[] interesting(Format format) {
        List<Float> values = new ArrayList<>();
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            float value = format.decode(pattern);
            float next = format.decode(pattern + 1 & PATTERNS - 1);
            float middle = (float) (((double) value + next) / 2);
            values.addAll(List.of(value, Math.nextDown(middle), middle, Math.nextUp(middle)));
        }
        values.addAll(List.of(Float.MAX_VALUE, -Float.MAX_VALUE, 65519.996f, 65520f, 65520.004f));
        values.addAll(List.of(Float.MIN_VALUE, -Float.MIN_VALUE, 0x1p-25f, 0x1.000002p-25f));
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    @ParameterizedTest
    @EnumSource(
            value = Format.class,
            names = {"BF16", "FP16"})
    void shouldRoundToNearestEvenWithTiesInfinitiesSubnormalsAndNan(Format format) {
        float[] values = interesting(format);
        DeviceArray to = DeviceArray.unset(format, values.length);

        HostGpu.of(format)
                .launch(
                        "cast_from_float",
                        Grids.flat(values.length),
                        to,
                        DeviceArray.floats(values),
                        (long) values.length);

        int[] patterns = to.patterns(format);
        for (int i = 0; i < values.length; i++) {
            assertThat(patterns[i]).as("%a", values[i]).isEqualTo(format.encode(values[i]));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Format.class,
            names = {"BF16", "FP16"})
    void shouldWidenEveryPattern(Format format) {
        float[] values = new float[PATTERNS];
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            values[pattern] = format.decode(pattern);
        }
        DeviceArray to = DeviceArray.unsetFloats(PATTERNS);

        HostGpu.of(format)
                .launch(
                        "cast_to_float",
                        Grids.flat(PATTERNS),
                        to,
                        DeviceArray.of(format, values),
                        (long) PATTERNS);

        assertSame("all patterns", values, to.floats());
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldCastVectorsOfAnyLength(Format format) {
        for (int count : COUNTS) {
            float[] values = gaussian(format, count);
            DeviceArray there = DeviceArray.unset(format, count);
            DeviceArray back = DeviceArray.unsetFloats(count);
            HostGpu gpu = HostGpu.of(format);

            DeviceArray from = DeviceArray.floats(values);
            gpu.launch("cast_from_float", Grids.flat(count), there, from, (long) count);
            gpu.launch("cast_to_float", Grids.each(1), back, there, (long) count);

            assertSame("count=" + count, values, back.floats());
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldNormalisePixelsAndPadTheirChannels(Format format) {
        float[] mean = uniform(3, 100, 140);
        float[] inverse = uniform(3, 0.01, 0.02);
        for (int channels = 3; channels <= 8; channels++) {
            for (int pixels : new int[] {1, 3, 4, 5, 1023, 1025}) {
                byte[] bytes = new byte[3 * pixels];
                random.nextBytes(bytes);
                float[] expected = new float[channels * pixels];
                for (int i = 0; i < bytes.length; i++) {
                    float centred = Byte.toUnsignedInt(bytes[i]) - mean[i % 3];
                    expected[i / 3 * channels + i % 3] = format.round(centred * inverse[i % 3]);
                }
                DeviceArray to = DeviceArray.unset(format, expected.length);

                HostGpu.of(format)
                        .launch(
                                "pixels_to_nhwc",
                                Grids.flat(2 * pixels),
                                to,
                                DeviceArray.bytes(bytes),
                                DeviceArray.floats(mean),
                                DeviceArray.floats(inverse),
                                (long) pixels,
                                channels);

                String what = "channels=%s, pixels=%s".formatted(channels, pixels);
                assertSame(what, expected, to.values(format));
            }
        }
    }

    /** Each row: n, c, hw, padded c. */
    private static final int[][] IMAGES = {
        {1, 1, 1, 1},
        {2, 3, 49, 8},
        {3, 5, 7, 5},
        {1, 3, 5000, 4},
        {2, 70, 130, 72},
        {1, 5000, 3, 5000},
        {300, 2, 1, 8},
    };

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldTurnTensorsAroundAndBack(Format format) {
        HostGpu gpu = HostGpu.of(format);
        for (int[] image : IMAGES) {
            int n = image[0];
            int c = image[1];
            int hw = image[2];
            int padded = image[3];
            float[] nchw = gaussian(Format.FP32, n * c * hw);
            float[] nhwc = new float[n * hw * padded];
            float[] rounded = new float[nchw.length];
            for (int i = 0; i < nchw.length; i++) {
                int at = (i / (c * hw) * hw + i % hw) * padded + i / hw % c;
                nhwc[at] = format.round(nchw[i] * FACTOR);
                rounded[i] = nhwc[at] / FACTOR;
            }
            DeviceArray to = DeviceArray.unset(format, nhwc.length);
            DeviceArray back = DeviceArray.unsetFloats(nchw.length);
            DeviceArray from = DeviceArray.floats(nchw);
            DeviceArray scale = DeviceArray.floats(FACTOR);
            DeviceArray inverse = DeviceArray.floats(1 / FACTOR);

            gpu.launch("nchw_to_nhwc", Grids.tiles(nhwc.length), to, from, scale, n, c, hw, padded);
            gpu.launch(
                    "nhwc_to_nchw", Grids.tiles(nchw.length), back, to, inverse, n, c, hw, padded);

            String what = "n=%s, c=%s, hw=%s, padded=%s".formatted(n, c, hw, padded);
            assertSame(what, nhwc, to.values(format));
            assertSame(what + " back", rounded, back.floats());
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldStoreOutputsOfFullPrecision(Format format) {
        float[] nhwc = gaussian(Format.FP32, 2 * 3 * 8);
        float[] expected = new float[2 * 3 * 5];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = nhwc[(i / 15 * 3 + i % 3) * 8 + i / 3 % 5];
        }
        DeviceArray to = DeviceArray.unsetFloats(expected.length);

        HostGpu.of(format)
                .launch(
                        "nhwc_to_nchw_float",
                        Grids.tiles(expected.length),
                        to,
                        DeviceArray.floats(nhwc),
                        null,
                        2,
                        5,
                        3,
                        8);

        assertSame("outputs", expected, to.floats());
    }

    /** Each row: k, c, rs, padded k, padded c. */
    private static final int[][] WEIGHTS = {
        {1, 1, 1, 1, 1},
        {64, 3, 49, 64, 8},
        {64, 64, 1, 64, 64},
        {30, 17, 9, 32, 24},
        {5, 600, 9, 8, 600},
        {10, 16, 100, 10, 16},
        {3, 5000, 1, 3, 5000},
        {2, 2, 5000, 2, 2},
    };

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldBringWeightsIntoTheOrderOfConvolutions(Format format) {
        for (int[] shape : WEIGHTS) {
            int k = shape[0];
            int c = shape[1];
            int rs = shape[2];
            float[] weights = gaussian(Format.FP32, k * c * rs);
            float[] means = uniform(k, -1, 1);
            float[] factors = uniform(k, 0.5, 2);
            float[] plain = new float[shape[3] * rs * shape[4]];
            float[] scaled = new float[plain.length];
            float[] standardized = new float[plain.length];
            for (int i = 0; i < weights.length; i++) {
                int at = (i / (c * rs) * rs + i % rs) * shape[4] + i / rs % c;
                int filter = i / (c * rs);
                plain[at] = format.round(weights[i]);
                scaled[at] = format.round(weights[i] * factors[filter]);
                standardized[at] = format.round((weights[i] - means[filter]) * factors[filter]);
            }
            checkWeights(format, shape, weights, null, null, plain);
            checkWeights(format, shape, weights, null, factors, scaled);
            checkWeights(format, shape, weights, means, factors, standardized);
        }
    }

    private void checkWeights(
            Format format,
            int[] shape,
            float[] weights,
            float[] means,
            float[] factors,
            float[] expected) {
        DeviceArray to = DeviceArray.unset(format, expected.length);
        HostGpu.of(format)
                .launch(
                        "weights_to_krsc",
                        Grids.tiles(expected.length),
                        to,
                        DeviceArray.floats(weights).asSlice(),
                        means == null ? null : DeviceArray.floats(means),
                        factors == null ? null : DeviceArray.floats(factors),
                        shape[0],
                        shape[1],
                        shape[2],
                        shape[3],
                        shape[4]);
        String what =
                "k, c, rs, padded k, padded c = %s, means %s, factors %s"
                        .formatted(Arrays.toString(shape), means != null, factors != null);
        assertSame(what, expected, to.values(format));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldBringGradientsOfWeightsBackIntoTheFlatVector(Format format) {
        for (int[] shape : WEIGHTS) {
            for (Format held : new Format[] {format, Format.FP32}) {
                int k = shape[0];
                int c = shape[1];
                int rs = shape[2];
                float[] krsc = gaussian(held, shape[3] * rs * shape[4]);
                float[] expected = new float[k * c * rs];
                for (int i = 0; i < expected.length; i++) {
                    int at = (i / (c * rs) * rs + i % rs) * shape[4] + i / rs % c;
                    expected[i] = krsc[at] * FACTOR;
                }
                DeviceArray to = DeviceArray.unsetFloats(expected.length).asSlice();

                HostGpu.of(format)
                        .launch(
                                "gradient_to_kcrs" + (held == format ? "" : "_float"),
                                Grids.tiles(expected.length),
                                to,
                                DeviceArray.of(held, krsc),
                                DeviceArray.floats(FACTOR),
                                k,
                                c,
                                rs,
                                shape[4]);

                assertSame("k=%s, c=%s, rs=%s".formatted(k, c, rs), expected, to.floats());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldTurnDepthwiseWeightsAroundAndTheirGradientsBack(Format format) {
        int rs = 9;
        for (int k : new int[] {1, 24, 30, 1000}) {
            int padded = (k + 7) / 8 * 8;
            float[] weights = gaussian(Format.FP32, rs * k);
            float[] factors = uniform(k, 0.5, 2);
            float[] krs = new float[padded * rs];
            float[] rounded = new float[weights.length];
            for (int i = 0; i < weights.length; i++) {
                float value = format.round(weights[i] * factors[i % k]);
                krs[i % k * rs + i / k] = value;
                rounded[i] = value * FACTOR;
            }
            DeviceArray to = DeviceArray.unset(format, krs.length);
            DeviceArray back = DeviceArray.unsetFloats(weights.length).asSlice();
            DeviceArray backFloat = DeviceArray.unsetFloats(weights.length).asSlice();
            DeviceArray from = DeviceArray.floats(weights).asSlice();
            DeviceArray scale = DeviceArray.floats(FACTOR);
            Grid grid = Grids.tiles(weights.length);
            HostGpu gpu = HostGpu.of(format);

            gpu.launch(
                    "depthwise_to_krs",
                    Grids.tiles(krs.length),
                    to,
                    from,
                    DeviceArray.floats(factors),
                    k,
                    rs,
                    padded);
            gpu.launch("depthwise_gradient_to_rsk", grid, back, to, scale, k, rs);
            DeviceArray wide = DeviceArray.floats(krs);
            gpu.launch("depthwise_gradient_to_rsk_float", grid, backFloat, wide, scale, k, rs);

            assertSame("k=" + k, krs, to.values(format));
            assertSame("back, k=" + k, rounded, back.floats());
            assertSame("back in float32, k=" + k, rounded, backFloat.floats());
        }
    }
}
