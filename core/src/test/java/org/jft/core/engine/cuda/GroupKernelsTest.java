package org.jft.core.engine.cuda;

import java.util.Arrays;
import org.jft.core.engine.cuda.driver.Grid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Group norms by their definition, in double precision. */
final class GroupKernelsTest extends KernelContract {
    private static final float EPSILON = 1e-3f;
    private static final float UNSCALE = 0.5f;

    /** Each row: images, pixels, channels, groups, chunks of an image. */
    private static final int[][] SHAPES = {
        {1, 1, 8, 2, 1},
        {2, 49, 64, 32, 7},
        {3, 35, 6, 2, 1},
        {2, 30, 13, 13, 5},
        {2, 12, 17, 1, 4},
        {1, 600, 264, 33, 3},
        {5, 9, 48, 3, 1},
    };

    /** One norm and what it gives by definition; x is [image, pixel, channel]. */
    private final class Case {
        final Format format;
        final int n;
        final int pixels;
        final int c;
        final int groups;
        final int chunks;
        final float[] x;
        final float[] scale;
        final float[] shift;
        final double[] mean; // [image, group]
        final double[] inverse;

        Case(Format format, int[] shape, double mean, double deviation) {
            this.format = format;
            n = shape[0];
            pixels = shape[1];
            c = shape[2];
            groups = shape[3];
            chunks = shape[4];
            x = gaussian(format, n * pixels * c, mean, deviation);
            scale = gaussian(Format.FP32, c);
            shift = gaussian(Format.FP32, c);
            this.mean = new double[n * groups];
            inverse = new double[n * groups];
            double values = (double) pixels * c / groups;
            for (int i = 0; i < x.length; i++) {
                this.mean[group(i)] += x[i] / values;
            }
            for (int i = 0; i < x.length; i++) {
                inverse[group(i)] += Math.pow(x[i] - this.mean[group(i)], 2) / values;
            }
            Arrays.setAll(inverse, g -> 1 / Math.sqrt(inverse[g] + EPSILON));
        }

        int group(int i) {
            return i / (pixels * c) * groups + i % c / (c / groups);
        }

        double normal(int i) {
            return (x[i] - mean[group(i)]) * inverse[group(i)];
        }

        /** Runs a kernel whose numbers are those of the images. */
        void launch(String kernel, Grid grid, Object... arrays) {
            Object[] all = Arrays.copyOf(arrays, arrays.length + 4);
            System.arraycopy(new Object[] {n, pixels, c, groups}, 0, all, arrays.length, 4);
            HostGpu.of(format).launch(kernel, grid, all);
        }

        @Override
        public String toString() {
            return "%s, n=%s, pixels=%s, c=%s, groups=%s, chunks=%s, seed=%s"
                    .formatted(format, n, pixels, c, groups, chunks, seed);
        }
    }

    /** The kernels of forward. */
    private final class Forward {
        final Case of;
        final DeviceArray x;
        final DeviceArray mean;
        final DeviceArray inverse;

        Forward(Case of) {
            this.of = of;
            x = DeviceArray.of(of.format, of.x);
            mean = DeviceArray.unsetFloats(of.n * of.groups);
            inverse = DeviceArray.unsetFloats(of.n * of.groups);
            HostGpu gpu = HostGpu.of(of.format);
            int chunks = of.n * of.chunks;
            DeviceArray partials = DeviceArray.unsetFloats(2 * chunks * of.c);
            gpu.launch(
                    "norm_statistics_partial",
                    Grids.columns(of.c, chunks),
                    partials,
                    x,
                    (long) of.n * of.pixels,
                    of.c);
            gpu.launch(
                    "group_statistics",
                    Grids.combine(of.n * of.groups),
                    mean,
                    inverse,
                    partials,
                    of.n,
                    of.pixels,
                    of.c,
                    of.groups,
                    of.chunks,
                    EPSILON);
        }

        float[] apply() {
            DeviceArray y = DeviceArray.unset(of.format, of.x.length);
            of.launch(
                    "group_apply",
                    Grids.flatOfImages(of.n, (long) of.pixels * of.c, of.c),
                    y,
                    x,
                    mean,
                    inverse,
                    DeviceArray.floats(of.scale).asSlice(),
                    DeviceArray.floats(of.shift).asSlice());
            return y.values(of.format);
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldNormalizeEachGroupOfEachImage(Format format) {
        for (int[] shape : SHAPES) {
            Case of = new Case(format, shape, 2, 3);
            Forward forward = new Forward(of);
            assertNear("mean, " + of, of.mean, forward.mean.floats(), Format.FP32, 4 * FLOAT);
            double steep = 4 * FLOAT / Math.sqrt(EPSILON);
            assertNear("inverse, " + of, of.inverse, forward.inverse.floats(), Format.FP32, steep);
            double[] y = new double[of.x.length];
            Arrays.setAll(y, i -> of.normal(i) * of.scale[i % of.c] + of.shift[i % of.c]);
            assertNear("result, " + of, y, forward.apply(), format, steep);
        }
    }

    @ParameterizedTest
    @CsvSource({"FP32, 1000, 1", "BF16, 1000, 20", "FP16, 1000, 1"})
    void shouldKeepTheVarianceOfValuesFarFromZero(Format format, double mean, double deviation) {
        Case of = new Case(format, new int[] {2, 400, 32, 4, 2}, mean, deviation);
        Forward forward = new Forward(of);
        assertNear("inverse, " + of, of.inverse, forward.inverse.floats(), Format.FP32, 1e-5);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldPropagateGradientsThroughStatistics(Format format) {
        for (int[] shape : SHAPES) {
            checkBackward(new Case(format, shape, 2, 3));
        }
    }

    /** The kernels of backward. */
    private final class Backward {
        final Case of;
        final float[] gradient;
        final DeviceArray shiftGradient;
        final DeviceArray scaleGradient;
        final DeviceArray dx;

        Backward(Case of) {
            this.of = of;
            gradient = gaussian(of.format, of.x.length);
            shiftGradient = DeviceArray.unsetFloats(of.c).asSlice();
            scaleGradient = DeviceArray.unsetFloats(of.c).asSlice();
            dx = DeviceArray.unset(of.format, of.x.length);
            run();
        }

        private void run() {
            DeviceArray from = DeviceArray.of(of.format, gradient);
            DeviceArray x = DeviceArray.of(of.format, of.x);
            DeviceArray mean = DeviceArray.floats(NormCase.narrow(of.mean));
            DeviceArray inverse = DeviceArray.floats(NormCase.narrow(of.inverse));
            DeviceArray scale = DeviceArray.floats(of.scale).asSlice();
            int chunks = of.n * of.chunks;
            DeviceArray partials = DeviceArray.unsetFloats(2 * chunks * of.c);
            DeviceArray means = DeviceArray.unsetFloats(2 * of.n * of.groups);
            DeviceArray sums = DeviceArray.unsetFloats(2 * of.c);
            DeviceArray unscale = DeviceArray.floats(UNSCALE);
            HostGpu gpu = HostGpu.of(of.format);

            Grid parts = Grids.columns(of.c, chunks);
            of.launch("group_backward_partial", parts, partials, from, x, mean, inverse);
            gpu.launch(
                    "norm_backward_sums",
                    Grids.combine(of.c),
                    sums,
                    shiftGradient,
                    scaleGradient,
                    partials,
                    unscale,
                    of.c,
                    chunks);
            gpu.launch(
                    "group_backward_means",
                    Grids.combine(of.n * of.groups),
                    means,
                    partials,
                    scale,
                    of.n,
                    of.pixels,
                    of.c,
                    of.groups,
                    of.chunks);
            Grid flat = Grids.flatOfImages(of.n, (long) of.pixels * of.c, of.c);
            of.launch("group_backward_data", flat, dx, from, x, mean, inverse, scale, means);
        }
    }

    private void checkBackward(Case of) {
        Backward backward = new Backward(of);
        float[] gradient = backward.gradient;
        double[] shift = new double[of.c];
        double[] scale = new double[of.c];
        double[] level = new double[of.n * of.groups];
        double[] slope = new double[of.n * of.groups];
        double values = (double) of.pixels * of.c / of.groups;
        for (int i = 0; i < gradient.length; i++) {
            double through = gradient[i] * of.scale[i % of.c];
            shift[i % of.c] += UNSCALE * gradient[i];
            scale[i % of.c] += UNSCALE * gradient[i] * of.normal(i);
            level[of.group(i)] += through / values;
            slope[of.group(i)] += through * of.normal(i) / values;
        }
        double[] expected = new double[gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            int group = of.group(i);
            double rest = level[group] + of.normal(i) * slope[group];
            expected[i] = of.inverse[group] * (gradient[i] * of.scale[i % of.c] - rest);
        }
        double slack = FLOAT * (10 + of.n * of.pixels);
        assertNear("shift, " + of, shift, backward.shiftGradient.floats(), Format.FP32, slack);
        assertNear("scale, " + of, scale, backward.scaleGradient.floats(), Format.FP32, slack);
        double steep = 10 * FLOAT / Math.sqrt(EPSILON);
        assertNear("input, " + of, expected, backward.dx.values(of.format), of.format, steep);
    }
}
