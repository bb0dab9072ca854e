package org.jft.parity;

import static org.jft.parity.OpCase.channels;
import static org.jft.parity.OpCase.side;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.jft.parity.OpCase.Hazard;
import org.nd4j.linalg.activations.Activation;

/** Convolutions alone: kernels, strides, dilations, borders, channels, biases. */
final class ConvolutionCases {
    private ConvolutionCases() {}

    static List<OpCase> all(Random random) {
        List<OpCase> cases = new ArrayList<>();
        for (int kernel : new int[] {1, 3, 5, 7}) {
            cases.add(square(random, kernel, "", layer -> layer.hasBias(false)));
            cases.add(square(random, kernel, " with bias", layer -> layer));
            cases.add(
                    square(
                            random,
                            kernel,
                            " stride 2",
                            layer -> layer.stride(2, 2).hasBias(false)));
            cases.add(
                    square(
                            random,
                            kernel,
                            " stride 2 same",
                            layer -> layer.stride(2, 2).convolutionMode(ConvolutionMode.Same)));
            cases.add(
                    square(
                            random,
                            kernel,
                            " with relu",
                            layer -> layer.activation(Activation.RELU)));
            if (kernel > 1) {
                cases.add(
                        square(
                                random,
                                kernel,
                                " dilation 2",
                                layer ->
                                        layer.dilation(2, 2)
                                                .padding(kernel - 1, kernel - 1)
                                                .hasBias(false)));
                cases.add(
                        square(
                                random,
                                kernel,
                                " unpadded",
                                layer -> layer.padding(0, 0).hasBias(false)));
            }
        }
        cases.add(dilatedSame(random));
        cases.add(oblong(random));
        cases.add(single(random));
        cases.add(stem(random));
        cases.add(depthwise(random, channels(random), 1, 1));
        cases.add(depthwise(random, channels(random), 1, 2));
        cases.add(depthwise(random, channels(random), 2, 1));
        cases.add(depthwise(random, 1, 2, 1)); // one group, and still depthwise weights
        return cases;
    }

    private static OpCase square(
            Random random, int kernel, String name, UnaryOperator<ConvolutionLayer.Builder> more) {
        Sketch sketch = new Sketch();
        int side = side(random, 7);
        String image = sketch.image(channels(random), side, side(random, 7));
        ConvolutionLayer.Builder layer =
                new ConvolutionLayer.Builder(kernel, kernel).nOut(channels(random));
        if (!name.contains("same")) {
            layer.padding(kernel / 2, kernel / 2);
        }
        String output = sketch.layer(image, more.apply(layer).build());
        return OpCase.of(
                        "%1$s x %1$s convolution%2$s".formatted(kernel, name),
                        1 + random.nextInt(4),
                        sketch.build(output))
                .with(name.contains("relu") ? Hazard.SHIFTED : Hazard.NONE);
    }

    private static OpCase dilatedSame(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(channels(random), side(random, 7), side(random, 7));
        String output =
                sketch.layer(
                        image,
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(channels(random))
                                .dilation(2, 2)
                                .convolutionMode(ConvolutionMode.Same)
                                .build());
        return OpCase.of("3 x 3 convolution dilation 2 same", 2, sketch.build(output));
    }

    private static OpCase oblong(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(channels(random), side(random, 7), side(random, 7));
        String output =
                sketch.layer(
                        image,
                        new ConvolutionLayer.Builder(3, 5)
                                .nOut(channels(random))
                                .stride(2, 1)
                                .padding(1, 2)
                                .build());
        return OpCase.of("3 x 5 convolution stride 2 x 1", 3, sketch.build(output));
    }

    private static OpCase single(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(24, 1, 1);
        return OpCase.of(
                "1 x 1 convolution of one pixel",
                1,
                sketch.build(sketch.conv(image, channels(random), 1, 1)));
    }

    private static OpCase stem(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(3, 2 * side(random, 12) + 1, 2 * side(random, 12));
        return OpCase.of(
                "7 x 7 convolution of RGB stride 2", 2, sketch.build(sketch.conv(image, 64, 7, 2)));
    }

    private static OpCase depthwise(Random random, int channels, int multiplier, int stride) {
        Sketch sketch = new Sketch();
        String image = sketch.image(channels, side(random, 7), side(random, 7));
        String output =
                sketch.layer(
                        image,
                        new DepthwiseConvolution2D.Builder(3, 3)
                                .depthMultiplier(multiplier)
                                .stride(stride, stride)
                                .padding(1, 1)
                                .build());
        return OpCase.of(
                "depthwise convolution of %s times %s stride %s"
                        .formatted(channels == 1 ? "one channel" : "channels", multiplier, stride),
                2,
                sketch.build(output));
    }
}
