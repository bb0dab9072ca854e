package org.jft.parity;

import static org.jft.parity.OpCase.channels;
import static org.jft.parity.OpCase.several;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.jft.parity.OpCase.Hazard;
import org.nd4j.linalg.activations.Activation;

/** Dense layers, and activations alone and built into layers. */
final class DenseCases {
    private static final List<Activation> ACTIVATIONS =
            List.of(
                    Activation.RELU,
                    Activation.RELU6,
                    Activation.LEAKYRELU,
                    Activation.ELU,
                    Activation.SIGMOID,
                    Activation.TANH,
                    Activation.SWISH);

    private DenseCases() {}

    static List<OpCase> all(Random random) {
        List<OpCase> cases = new ArrayList<>();
        for (int batch : new int[] {1, 5}) {
            cases.add(dense(random, "dense of batch " + batch, batch, several(random), true));
            cases.add(
                    dense(random, "dense to one number, batch " + batch, batch, 1, true)
                            .with(Hazard.CANCELLING));
        }
        cases.add(dense(random, "dense without bias", 4, several(random), false));
        cases.add(flattened(random));
        cases.add(head(random));
        cases.add(hidden(random));
        cases.add(residual(random));
        for (Activation activation : ACTIVATIONS) {
            String name = activation.name().toLowerCase(java.util.Locale.ROOT);
            cases.add(onImages(random, name + " of images", activation));
            cases.add(onVectors(random, name + " of vectors", activation));
            cases.add(inConvolution(random, name + " in a convolution", activation));
            cases.add(inDense(random, name + " in a dense layer", activation));
        }
        return cases;
    }

    private static OpCase dense(Random random, String name, int batch, int outputs, boolean bias) {
        Sketch sketch = new Sketch();
        String x = sketch.vector(20 + random.nextInt(50));
        String output =
                sketch.layer(x, new DenseLayer.Builder().nOut(outputs).hasBias(bias).build());
        return OpCase.of(name, batch, sketch.build(output));
    }

    private static OpCase flattened(Random random) {
        Sketch sketch = new Sketch();
        String conv = sketch.conv(sketch.image(3, 5, 7), channels(random), 3, 1);
        return OpCase.of("dense of flattened images", 3, sketch.build(sketch.dense(conv, 13)));
    }

    private static OpCase head(Random random) {
        Sketch sketch = new Sketch();
        String conv = sketch.conv(sketch.image(5, 6, 5), channels(random), 3, 1);
        String pooled = sketch.globalPool(conv, PoolingType.AVG);
        return OpCase.of("dense of a global pool", 3, sketch.build(sketch.dense(pooled, 10)));
    }

    private static OpCase hidden(Random random) {
        Sketch sketch = new Sketch();
        String first = sketch.dense(sketch.vector(channels(random)), 40);
        String second = sketch.dense(sketch.relu(first), 9);
        return OpCase.of("dense, relu, dense", 6, sketch.build(second)).with(Hazard.SHIFTED);
    }

    private static OpCase residual(Random random) {
        Sketch sketch = new Sketch();
        String x = sketch.dense(sketch.vector(channels(random)), 24);
        String sum = sketch.add(sketch.dense(x, 24), x);
        return OpCase.of("dense with a shortcut", 4, sketch.build(sketch.dense(sum, 7)));
    }

    private static OpCase onImages(Random random, String name, Activation activation) {
        Sketch sketch = new Sketch();
        String x = sketch.image(channels(random), 5, 7);
        return OpCase.of(name, 2, sketch.build(sketch.activation(x, activation)))
                .with(ofInputs(activation));
    }

    private static OpCase onVectors(Random random, String name, Activation activation) {
        Sketch sketch = new Sketch();
        String x = sketch.vector(channels(random) + 3);
        return OpCase.of(name, 3, sketch.build(sketch.activation(x, activation)))
                .with(ofInputs(activation));
    }

    private static OpCase inConvolution(Random random, String name, Activation activation) {
        Sketch sketch = new Sketch();
        String x = sketch.image(channels(random), 6, 7);
        String output =
                sketch.layer(
                        x,
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(channels(random))
                                .activation(activation)
                                .build());
        return OpCase.of(name, 2, sketch.build(output)).with(hazard(activation));
    }

    private static OpCase inDense(Random random, String name, Activation activation) {
        Sketch sketch = new Sketch();
        String x = sketch.vector(30);
        String output =
                sketch.layer(
                        x,
                        new DenseLayer.Builder()
                                .nOut(several(random))
                                .activation(activation)
                                .build());
        return OpCase.of(name, 3, sketch.build(output)).with(hazard(activation));
    }

    /** Inputs stay clear of kinks by construction. */
    private static Hazard ofInputs(Activation activation) {
        return hazard(activation) == Hazard.FLAT ? Hazard.FLAT : Hazard.NONE;
    }

    private static Hazard hazard(Activation activation) {
        return switch (activation) {
            case RELU, LEAKYRELU -> Hazard.SHIFTED;
            case RELU6 -> Hazard.CLOSE; // a large shift meets its upper end
            case SIGMOID, TANH, ELU -> Hazard.FLAT;
            default -> Hazard.NONE;
        };
    }
}
