package org.jft.parity;

import static org.jft.parity.OpCase.channels;
import static org.jft.parity.OpCase.several;
import static org.jft.parity.OpCase.side;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.jft.parity.OpCase.Hazard;
import org.nd4j.linalg.activations.Activation;

/** Batch norms, alone and in every company they are fused with. */
final class NormCases {
    private NormCases() {}

    static List<OpCase> all(Random random) {
        List<OpCase> cases = new ArrayList<>();
        for (int i = 0; i < 2; i++) { // two draws of shapes
            cases.add(network(random, "norm", (sketch, x) -> sketch.norm(x)));
            cases.add(network(random, "norm, relu", (sketch, x) -> sketch.relu(sketch.norm(x))));
            cases.add(network(random, "norm, tanh", NormCases::tanh));
            cases.add(network(random, "norm + shortcut, relu", NormCases::normFirst));
            cases.add(network(random, "shortcut + norm, relu", NormCases::normSecond));
            cases.add(network(random, "norm + shortcut", NormCases::withoutRelu));
            cases.add(network(random, "norm + norm, relu", NormCases::projection));
            cases.add(network(random, "norm read by relu and add", NormCases::twoReaders));
            cases.add(network(random, "relu behind norm read twice", NormCases::reluReadTwice));
            cases.add(network(random, "norm of a relu", NormCases::preActivation));
            cases.add(network(random, "conv, norm, relu, conv", NormCases::chain));
            cases.add(network(random, "conv with bias, norm", NormCases::biasBehindNorm));
            cases.add(network(random, "conv read by norm and add", NormCases::convReadTwice));
            cases.add(network(random, "norm, conv", NormCases::normFeedsConv));
            cases.add(network(random, "other epsilon and decay", NormCases::otherConstants));
            cases.add(network(random, "bottleneck with projection", NormCases::bottleneck));
            cases.add(vectors(random));
            cases.add(single("norm of one image", several(random)));
            cases.add(single("norm of one channel of one image", 1).with(Hazard.CANCELLING));
        }
        return cases;
    }

    private interface Body {
        String add(Sketch sketch, String x);
    }

    private static OpCase network(Random random, String name, Body body) {
        Sketch sketch = new Sketch();
        // The sides differ from each other; at least 50 values a channel.
        String image = sketch.image(several(random), side(random, 5), side(random, 6));
        String output = body.add(sketch, image);
        return OpCase.of(name, 2 + random.nextInt(3), sketch.build(output))
                .with(
                        name.startsWith("bottleneck")
                                ? Hazard.CLOSE
                                : name.contains("relu")
                                        ? Hazard.SHIFTED
                                        : name.contains("tanh") ? Hazard.FLAT : Hazard.NONE);
    }

    private static String tanh(Sketch sketch, String x) {
        return sketch.activation(sketch.norm(x), Activation.TANH);
    }

    private static String normFirst(Sketch sketch, String x) {
        String norm = sketch.norm(sketch.conv(x, 16, 3, 1));
        return sketch.relu(sketch.add(norm, sketch.conv(x, 16, 1, 1)));
    }

    private static String normSecond(Sketch sketch, String x) {
        String norm = sketch.norm(sketch.conv(x, 21, 3, 1));
        return sketch.relu(sketch.add(sketch.conv(x, 21, 1, 1), norm));
    }

    private static String withoutRelu(Sketch sketch, String x) {
        return sketch.add(sketch.norm(x), x);
    }

    private static String projection(Sketch sketch, String x) {
        String left = sketch.norm(sketch.conv(x, 16, 3, 2));
        String right = sketch.norm(sketch.conv(x, 16, 1, 2));
        return sketch.relu(sketch.add(left, right));
    }

    private static String twoReaders(Sketch sketch, String x) {
        String norm = sketch.norm(x);
        return sketch.add(sketch.conv(sketch.relu(norm), 7, 3, 1), sketch.conv(norm, 7, 1, 1));
    }

    private static String reluReadTwice(Sketch sketch, String x) {
        String relu = sketch.relu(sketch.norm(x));
        return sketch.add(sketch.conv(relu, 16, 3, 1), sketch.conv(relu, 16, 1, 1));
    }

    private static String preActivation(Sketch sketch, String x) {
        return sketch.norm(sketch.relu(x));
    }

    private static String chain(Sketch sketch, String x) {
        return sketch.conv(sketch.convNormRelu(x, 19, 3, 1), 16, 3, 2);
    }

    private static String biasBehindNorm(Sketch sketch, String x) {
        return sketch.norm(
                sketch.layer(x, new ConvolutionLayer.Builder(3, 3).nOut(16).padding(1, 1).build()));
    }

    private static String convReadTwice(Sketch sketch, String x) {
        String conv = sketch.conv(x, 16, 3, 1);
        return sketch.add(sketch.norm(conv), conv);
    }

    private static String normFeedsConv(Sketch sketch, String x) {
        return sketch.conv(sketch.norm(x), 11, 3, 1);
    }

    private static String otherConstants(Sketch sketch, String x) {
        return sketch.layer(
                x, new BatchNormalization.Builder().eps(0.1).decay(0.6).useLogStd(false).build());
    }

    private static String bottleneck(Sketch sketch, String x) {
        String inner = sketch.convNormRelu(sketch.convNormRelu(x, 8, 1, 1), 8, 3, 2);
        String branch = sketch.norm(sketch.conv(inner, 32, 1, 1));
        String shortcut = sketch.norm(sketch.conv(x, 32, 1, 2));
        return sketch.relu(sketch.add(branch, shortcut));
    }

    private static OpCase vectors(Random random) {
        Sketch sketch = new Sketch();
        String norm = sketch.norm(sketch.dense(sketch.vector(5 + channels(random)), 21));
        return OpCase.of("norm of vectors", 64, sketch.build(sketch.relu(norm)))
                .with(Hazard.SHIFTED);
    }

    private static OpCase single(String name, int channels) {
        Sketch sketch = new Sketch();
        String image = sketch.image(channels, 9, 11);
        return OpCase.of(name, 1, sketch.build(sketch.norm(image)));
    }
}
