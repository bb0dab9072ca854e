package org.jft.core.engine.program;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How a kernel slides over an image, each as (vertical, horizontal). Output side = floor((side +
 * before + after - dilation * (kernel - 1) - 1) / stride) + 1.
 */
public record Window(Pair kernel, Pair stride, Pair dilation, Pair before, Pair after) {
    /** A vertical and a horizontal number. */
    public record Pair(int vertical, int horizontal) {
        /** Returns the pair of an array of two, as DL4J keeps them. */
        public static Pair of(int[] values) {
            return new Pair(values[0], values[1]);
        }

        /** Returns twice the same. */
        public static Pair of(int both) {
            return new Pair(both, both);
        }
    }

    public Window {
        checkArgument(
                kernel.vertical > 0
                        && kernel.horizontal > 0
                        && stride.vertical > 0
                        && stride.horizontal > 0
                        && dilation.vertical > 0
                        && dilation.horizontal > 0,
                "kernel, stride and dilation must be positive: %s, %s, %s",
                kernel,
                stride,
                dilation);
    }

    /** Returns the window that covers all of an image at once. */
    public static Window over(Shape image) {
        return new Window(
                new Pair(image.height(), image.width()),
                Pair.of(1),
                Pair.of(1),
                Pair.of(0),
                Pair.of(0));
    }

    /** Returns the shape after sliding over {@code from}. */
    public Shape apply(Shape from, int channels) {
        return new Shape(
                channels,
                side(
                        from.height() + before.vertical + after.vertical,
                        kernel.vertical,
                        stride.vertical,
                        dilation.vertical),
                side(
                        from.width() + before.horizontal + after.horizontal,
                        kernel.horizontal,
                        stride.horizontal,
                        dilation.horizontal));
    }

    private static int side(int padded, int kernel, int stride, int dilation) {
        int span = dilation * (kernel - 1) + 1;
        return padded < span ? 0 : (padded - span) / stride + 1;
    }
}
