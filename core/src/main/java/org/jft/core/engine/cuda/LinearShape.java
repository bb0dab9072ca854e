package org.jft.core.engine.cuda;

import java.util.List;
import java.util.Optional;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.OperationGraph.Sliding;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Shape;
import org.jft.core.engine.program.Window;

/**
 * A convolution or a dense layer in numbers. A dense layer over an image is one whose row is read
 * in the image's order on the device, channels last.
 *
 * @param paddedChannels of its input in memory
 */
record LinearShape(Layouts layouts, Node node, int paddedChannels) {
    /** Describes a node whose input, or whose input's gradient, lies in a tensor. */
    static LinearShape of(Layouts layouts, Node node, Tensor input) {
        return new LinearShape(layouts, node, layouts.channels(input));
    }

    private Op.Weighted op() {
        return (Op.Weighted) node.op();
    }

    private Shape input() {
        return node.input().shape();
    }

    private Shape output() {
        return node.output().shape();
    }

    Slice weight() {
        return op().weight();
    }

    Optional<Slice> bias() {
        return op().bias();
    }

    boolean dense() {
        return node.op() instanceof Op.Dense;
    }

    boolean depthwise() {
        return node.op() instanceof Op.Convolution convolution && convolution.depthwise();
    }

    boolean standardized() {
        return node.op() instanceof Op.Convolution convolution && convolution.standardized();
    }

    private Window.Pair kernel() {
        return node.op() instanceof Op.Convolution convolution
                ? convolution.window().kernel()
                : new Window.Pair(input().height(), input().width());
    }

    /** Returns the output channels. */
    int outputs() {
        return output().channels();
    }

    /** Returns the numbers that a dense layer reads of a row. */
    int inputs() {
        return input().elements();
    }

    /** Returns the channels that a filter reads, without padding. */
    int copyChannels() {
        return depthwise() ? 1 : input().channels();
    }

    /** Returns the pixels of a filter. */
    int copyPixels() {
        return kernel().vertical() * kernel().horizontal();
    }

    /** Returns the elements of a copy of the weights. */
    long copyLength() {
        return (long) outputs() * copyPixels() * (depthwise() ? 1 : paddedChannels);
    }

    /** Returns the bytes of its output in the type of activations. */
    long outputBytes() {
        return layouts.type().bytes((long) layouts.rows() * output().elements());
    }

    /** Returns the multiplications and additions of one pass. */
    double flops() {
        int pixels = dense() ? 1 : output().height() * output().width();
        return 2.0 * layouts.rows() * weight().length() * pixels;
    }

    Array x() {
        return Array.of(
                "x",
                layouts.type(),
                layouts.rows(),
                paddedChannels,
                input().height(),
                input().width());
    }

    Array y() {
        return Array.of(
                "y",
                layouts.type(),
                layouts.rows(),
                outputs(),
                output().height(),
                output().width());
    }

    Array w(Element type) {
        return Array.of(
                "w",
                type,
                outputs(),
                depthwise() ? 1 : paddedChannels,
                kernel().vertical(),
                kernel().horizontal());
    }

    /**
     * Returns how the filter slides. The padding behind is what the output's size asks for: of more
     * than that nothing is read.
     */
    Sliding sliding() {
        Window window = ((Op.Convolution) node.op()).window();
        return new Sliding(
                pair(window.before()),
                List.of(
                        after(
                                input().height(),
                                output().height(),
                                window.before().vertical(),
                                window.kernel().vertical(),
                                window.stride().vertical(),
                                window.dilation().vertical(),
                                window.after().vertical()),
                        after(
                                input().width(),
                                output().width(),
                                window.before().horizontal(),
                                window.kernel().horizontal(),
                                window.stride().horizontal(),
                                window.dilation().horizontal(),
                                window.after().horizontal())),
                pair(window.stride()),
                pair(window.dilation()));
    }

    /** cuDNN prefers equal padding on both sides; the last stride may leave some of it unread. */
    private static long after(
            int side, int out, int before, int kernel, int stride, int dilation, int after) {
        int span = dilation * (kernel - 1) + 1;
        boolean even = (side + 2 * before - span) / stride + 1 == out;
        return even ? before : after;
    }

    private static List<Long> pair(Window.Pair pair) {
        return List.of((long) pair.vertical(), (long) pair.horizontal());
    }
}
