package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.HostGpu.Structure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ResizeKernelsTest extends KernelContract {
    /** Each row: n, h, w, c, height after, width after. */
    private static final int[][] SHAPES = {
        {1, 1, 1, 1, 1, 1},
        {2, 3, 4, 8, 6, 8},
        {1, 5, 3, 3, 13, 7},
        {2, 9, 8, 16, 4, 3},
        {1, 1, 6, 5, 7, 1},
        {1, 7, 7, 8, 7, 7},
        {1, 33, 17, 8, 2, 65},
    };

    /** The weight of a pixel at a position: a tent around it, the border pixels going on. */
    private static double tent(double position, int pixel, int side) {
        double inside = Math.min(Math.max(position, 0), side - 1);
        return Math.max(0, 1 - Math.abs(inside - pixel));
    }

    private static double weight(boolean nearest, int out, int pixel, int side, int outSide) {
        double position = (out + 0.5) * side / outSide - 0.5;
        return tent(nearest ? Math.floor(position + 0.5) : position, pixel, side);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldTakeTheNearestPixel(Format format) {
        for (int[] shape : SHAPES) {
            check("resize_nearest", true, format, shape);
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldInterpolateInBothDirections(Format format) {
        for (int[] shape : SHAPES) {
            check("resize_bilinear", false, format, shape);
        }
    }

    /** Forward is a matrix of weights, backward its transpose. */
    private void check(String kernel, boolean nearest, Format format, int[] shape) {
        int n = shape[0];
        int h = shape[1];
        int w = shape[2];
        int c = shape[3];
        int outH = shape[4];
        int outW = shape[5];
        float[] x = gaussian(format, n * h * w * c);
        float[] gradient = gaussian(format, n * outH * outW * c);
        double[] y = new double[gradient.length];
        double[] dx = new double[x.length];
        for (int out = 0; out < y.length; out++) {
            int pixel = out / c;
            for (int i = 0; i < h * w; i++) {
                double down = weight(nearest, pixel / outW % outH, i / w, h, outH);
                double across = weight(nearest, pixel % outW, i % w, w, outW);
                int in = (pixel / (outH * outW) * h * w + i) * c + out % c;
                y[out] += down * across * x[in];
                dx[in] += down * across * gradient[out];
            }
        }
        DeviceArray to = DeviceArray.unset(format, y.length);
        DeviceArray back = DeviceArray.unset(format, dx.length);
        Structure resize = new Structure(shape);
        HostGpu gpu = HostGpu.of(format);

        DeviceArray from = DeviceArray.of(format, x);
        gpu.launch(kernel, Grids.image(n, outH, outW, c), to, from, resize);
        DeviceArray dy = DeviceArray.of(format, gradient);
        gpu.launch(kernel + "_backward", Grids.image(n, h, w, c), back, dy, resize);

        String what = "%s, %s x %s to %s x %s".formatted(kernel, h, w, outH, outW);
        assertNear(what, y, to.values(format), format, 3 * FLOAT);
        assertNear("gradient, " + what, dx, back.values(format), format, 10 * FLOAT);
    }
}
