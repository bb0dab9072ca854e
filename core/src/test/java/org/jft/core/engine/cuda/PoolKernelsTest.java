package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jft.core.engine.cuda.HostGpu.Structure;
import org.jft.core.engine.cuda.driver.Grid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PoolKernelsTest extends KernelContract {
    /** Values of a few kinds, so that a window has several equal maxima. */
    private static final int KINDS = 4;

    /** A pooling window over images, as the structure Sliding has it. */
    private record Case(
            int n,
            int h,
            int w,
            int c,
            int kernel,
            int stride,
            int dilation,
            int before,
            int after) {
        int outH() {
            return (h + before + after - dilation * (kernel - 1) - 1) / stride + 1;
        }

        int outW() {
            return (w + before + after - dilation * (kernel - 1) - 1) / stride + 1;
        }

        int inLength() {
            return n * h * w * c;
        }

        int outLength() {
            return n * outH() * outW() * c;
        }

        Structure structure(boolean countPadding) {
            return new Structure(
                    n,
                    h,
                    w,
                    c,
                    outH(),
                    outW(),
                    kernel,
                    kernel,
                    stride,
                    stride,
                    dilation,
                    dilation,
                    before,
                    before,
                    countPadding ? 1 : 0);
        }

        Grid forward() {
            return Grids.image(n, outH(), outW(), c);
        }

        Grid backward() {
            return Grids.image(n, h, w, c);
        }

        /** The input element under element k of the window of an output element, or -1. */
        int under(int out, int k) {
            int pixel = out / c;
            int y = pixel / outW() % outH() * stride + k / kernel * dilation - before;
            int x = pixel % outW() * stride + k % kernel * dilation - before;
            boolean inside = y >= 0 && y < h && x >= 0 && x < w;
            int image = pixel / (outH() * outW());
            return inside ? ((image * h + y) * w + x) * c + out % c : -1;
        }

        int area() {
            return kernel * kernel;
        }
    }

    private static final Case[] CASES = {
        new Case(1, 1, 1, 1, 1, 1, 1, 0, 0),
        new Case(2, 7, 9, 8, 3, 2, 1, 1, 1),
        new Case(3, 8, 5, 3, 2, 2, 1, 0, 0),
        new Case(2, 9, 9, 16, 3, 1, 2, 2, 2),
        new Case(1, 11, 6, 5, 3, 3, 1, 0, 1),
        new Case(1, 20, 20, 64, 3, 2, 1, 0, 1),
        new Case(2, 16, 16, 3, 16, 1, 1, 0, 0),
    };

    /** The window's index of each maximum, by definition. */
    private static int[] maxima(Case of, float[] x) {
        int[] at = new int[of.outLength()];
        for (int out = 0; out < at.length; out++) {
            double best = Double.NEGATIVE_INFINITY;
            for (int k = of.area() - 1; k >= 0; k--) { // the first of equals stays last
                int in = of.under(out, k);
                if (in >= 0 && x[in] >= best) {
                    best = x[in];
                    at[out] = k;
                }
            }
        }
        return at;
    }

    private float[] withTies(Format format, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = format.round(random.nextInt(KINDS) - 2);
        }
        return values;
    }

    private static int[] unsigned(byte[] bytes) {
        return IntStream.range(0, bytes.length).map(i -> Byte.toUnsignedInt(bytes[i])).toArray();
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldTakeTheFirstMaximumAndGiveItTheGradient(Format format) {
        for (Case of : CASES) {
            for (boolean wide : new boolean[] {false, true}) {
                checkMaximum(format, of, wide);
            }
        }
    }

    private void checkMaximum(Format format, Case of, boolean wide) {
        float[] x = withTies(format, of.inLength());
        float[] gradient = withTies(format, of.outLength());
        int[] maxima = maxima(of, x);
        float[] expected = new float[of.outLength()];
        double[] expectedGradient = new double[of.inLength()];
        for (int out = 0; out < expected.length; out++) {
            expected[out] = x[of.under(out, maxima[out])];
            expectedGradient[of.under(out, maxima[out])] += gradient[out];
        }
        DeviceArray y = DeviceArray.unset(format, of.outLength());
        DeviceArray at = DeviceArray.unset(of.outLength() * (wide ? Integer.BYTES : 1));
        DeviceArray dx = DeviceArray.unset(format, of.inLength());
        DeviceArray from = DeviceArray.of(format, x);
        DeviceArray dy = DeviceArray.of(format, gradient);
        String suffix = wide ? "_wide" : "";
        Structure sliding = of.structure(false);
        HostGpu gpu = HostGpu.of(format);

        gpu.launch("max_pool" + suffix, of.forward(), y, at, from, sliding);
        gpu.launch("max_pool_backward" + suffix, of.backward(), dx, at, dy, sliding);

        assertSame(of.toString(), expected, y.values(format));
        int[] found = wide ? at.ints() : unsigned(at.content());
        assertThat(Arrays.mismatch(found, maxima)).as("%s, seed=%s", of, seed).isEqualTo(-1);
        assertNear(of.toString(), expectedGradient, dx.values(format), format, FLOAT);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldPoolMaximaWithoutPlacesInInferenceAndLetNanWin(Format format) {
        Case of = new Case(1, 2, 2, 1, 2, 1, 1, 0, 0);
        for (int place = 0; place < 4; place++) {
            float[] x = {1, 2, 3, 4};
            x[place] = Float.NaN;
            DeviceArray y = DeviceArray.unset(format, 1);
            DeviceArray global = DeviceArray.unset(format, 1);
            DeviceArray from = DeviceArray.of(format, x);
            HostGpu gpu = HostGpu.of(format);

            gpu.launch("max_pool", Grids.each(1), y, null, from, of.structure(false));
            gpu.launch("global_max_pool", Grids.each(1), global, null, from, 1, 4, 1);

            assertThat(y.values(format)).containsExactly(Float.NaN);
            assertThat(global.values(format)).containsExactly(Float.NaN);
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldAverageWithAndWithoutPadding(Format format) {
        for (Case of : CASES) {
            for (boolean countPadding : new boolean[] {false, true}) {
                float[] x = gaussian(format, of.inLength());
                float[] gradient = gaussian(format, of.outLength());
                double[] expected = new double[of.outLength()];
                double[] expectedGradient = new double[of.inLength()];
                for (int out = 0; out < expected.length; out++) {
                    int o = out;
                    int[] under =
                            IntStream.range(0, of.area())
                                    .map(k -> of.under(o, k))
                                    .filter(in -> in >= 0)
                                    .toArray();
                    double divisor = countPadding ? of.area() : under.length;
                    for (int in : under) {
                        expected[out] += x[in] / divisor;
                        expectedGradient[in] += gradient[out] / divisor;
                    }
                }
                DeviceArray y = DeviceArray.unset(format, of.outLength());
                DeviceArray dx = DeviceArray.unset(format, of.inLength());
                DeviceArray from = DeviceArray.of(format, x);
                DeviceArray dy = DeviceArray.of(format, gradient);
                Structure sliding = of.structure(countPadding);
                HostGpu gpu = HostGpu.of(format);

                gpu.launch("average_pool", of.forward(), y, from, sliding);
                gpu.launch("average_pool_backward", of.backward(), dx, dy, sliding);

                String what = of + ", countPadding=" + countPadding;
                assertNear(what, expected, y.values(format), format, 3 * FLOAT);
                assertNear(what, expectedGradient, dx.values(format), format, 3 * FLOAT);
            }
        }
    }

    /** Each row: n, pixels, c. */
    private static final int[][] WHOLE = {{1, 1, 1}, {3, 49, 8}, {2, 49, 300}, {2, 300, 5}};

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldPoolWholeImages(Format format) {
        for (int[] shape : WHOLE) {
            checkWhole(format, shape[0], shape[1], shape[2]);
        }
    }

    private void checkWhole(Format format, int n, int hw, int c) {
        float[] x = withTies(format, n * hw * c);
        float[] gradient = gaussian(format, n * c);
        float[] largest = new float[n * c];
        int[] places = new int[n * c];
        double[] average = new double[n * c];
        Arrays.fill(largest, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < x.length; i++) {
            int out = i / (hw * c) * c + i % c;
            average[out] += (double) x[i] / hw;
            if (x[i] > largest[out]) {
                largest[out] = x[i];
                places[out] = i / c % hw;
            }
        }
        float[] ofLargest = new float[x.length];
        double[] ofAverage = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int out = i / (hw * c) * c + i % c;
            ofLargest[i] = places[out] == i / c % hw ? gradient[out] : 0;
            ofAverage[i] = (double) gradient[out] / hw;
        }
        DeviceArray y = DeviceArray.unset(format, n * c);
        DeviceArray at = DeviceArray.unset(Integer.BYTES * n * c);
        DeviceArray mean = DeviceArray.unset(format, n * c);
        DeviceArray dx = DeviceArray.unset(format, x.length);
        DeviceArray meanDx = DeviceArray.unset(format, x.length);
        DeviceArray from = DeviceArray.of(format, x);
        DeviceArray dy = DeviceArray.of(format, gradient);
        Grid columns = Grids.columns(c, n);
        Grid image = Grids.image(n, hw, 1, c);
        HostGpu gpu = HostGpu.of(format);

        gpu.launch("global_max_pool", columns, y, at, from, n, hw, c);
        gpu.launch("global_max_pool_backward", image, dx, at, dy, n, hw, c);
        gpu.launch("global_average_pool", columns, mean, from, n, hw, c);
        gpu.launch("global_average_pool_backward", image, meanDx, dy, n, hw, c);

        String what = "n=%s, hw=%s, c=%s".formatted(n, hw, c);
        assertSame(what, largest, y.values(format));
        assertThat(Arrays.mismatch(at.ints(), places)).as("%s, seed=%s", what, seed).isEqualTo(-1);
        assertSame(what, ofLargest, dx.values(format));
        assertNear(what, average, mean.values(format), format, 3 * FLOAT);
        assertNear(what, ofAverage, meanDx.values(format), format, FLOAT);
    }
}
