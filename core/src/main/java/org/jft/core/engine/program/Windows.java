package org.jft.core.engine.program;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.jft.core.engine.program.Window.Pair;

/** The windows of DL4J's layers, padding made explicit. */
final class Windows {
    private Windows() {}

    static Window of(Site site, ConvolutionLayer layer, Shape image) {
        return of(
                site,
                layer.getConvolutionMode(),
                Pair.of(layer.getKernelSize()),
                Pair.of(layer.getStride()),
                Pair.of(layer.getDilation()),
                layer.getPadding(),
                image);
    }

    static Window of(Site site, SubsamplingLayer layer, Shape image) {
        return of(
                site,
                layer.getConvolutionMode(),
                Pair.of(layer.getKernelSize()),
                Pair.of(layer.getStride()),
                Pair.of(layer.getDilation()),
                layer.getPadding(),
                image);
    }

    /**
     * Strict is Truncate here: DL4J has already refused a graph where they differ.
     *
     * @param padding not read in the mode Same
     */
    private static Window of(
            Site site,
            ConvolutionMode mode,
            Pair kernel,
            Pair stride,
            Pair dilation,
            int[] padding,
            Shape image) {
        return switch (mode) {
            case Truncate, Strict -> {
                Pair both = Pair.of(padding);
                yield new Window(kernel, stride, dilation, both, both);
            }
            case Same -> same(site, kernel, stride, dilation, image);
            case Causal -> throw site.refuse("its mode is Causal");
        };
    }

    private static Window same(Site site, Pair kernel, Pair stride, Pair dilation, Shape image) {
        int down =
                missing(
                        site,
                        image.height(),
                        kernel.vertical(),
                        stride.vertical(),
                        dilation.vertical());
        int across =
                missing(
                        site,
                        image.width(),
                        kernel.horizontal(),
                        stride.horizontal(),
                        dilation.horizontal());
        Pair before = new Pair(down / 2, across / 2);
        Pair after = new Pair(down - before.vertical(), across - before.horizontal());
        return new Window(kernel, stride, dilation, before, after);
    }

    /** Returns the pixels to add so that ceil(side / stride) come out, as TensorFlow's SAME. */
    private static int missing(Site site, int side, int kernel, int stride, int dilation) {
        int out = (side + stride - 1) / stride;
        int missing = (out - 1) * stride + dilation * (kernel - 1) + 1 - side;
        // At -2 and below DL4J's own layers disagree about where the window starts.
        if (missing < -1) {
            throw site.refuse("its stride %s leaves pixels out in the mode Same", stride);
        }
        return Math.max(missing, 0);
    }
}
