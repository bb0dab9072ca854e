package org.jft.core.engine.onednn;

import org.jft.core.engine.program.Shape;
import org.jft.core.engine.program.Window;
import org.jft.core.engine.program.Window.Pair;

/**
 * A window in oneDNN's terms, each as {vertical, horizontal}.
 *
 * @param dilation pixels between two taps: a dense kernel has 0
 * @param after padding behind as far as the last window really reaches
 */
record Sliding(long[] kernel, long[] stride, long[] dilation, long[] before, long[] after) {
    static Sliding of(Window window, Shape input, Shape output) {
        Pair kernel = window.kernel();
        Pair stride = window.stride();
        Pair dilation = window.dilation();
        Pair before = window.before();
        return new Sliding(
                longs(kernel),
                longs(stride),
                new long[] {dilation.vertical() - 1, dilation.horizontal() - 1},
                longs(before),
                new long[] {
                    reach(
                            output.height(),
                            kernel.vertical(),
                            stride.vertical(),
                            dilation.vertical(),
                            input.height() + before.vertical()),
                    reach(
                            output.width(),
                            kernel.horizontal(),
                            stride.horizontal(),
                            dilation.horizontal(),
                            input.width() + before.horizontal())
                });
    }

    /** Returns how far the last window reaches beyond {@code end}; negative if it stays inside. */
    private static long reach(int output, int kernel, int stride, int dilation, int end) {
        return (long) (output - 1) * stride + (long) dilation * (kernel - 1) + 1 - end;
    }

    private static long[] longs(Pair pair) {
        return new long[] {pair.vertical(), pair.horizontal()};
    }
}
