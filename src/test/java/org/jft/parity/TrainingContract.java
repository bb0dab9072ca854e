package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.parity.LibtorchNetwork.Step;
import org.jft.parity.LibtorchNetwork.Type;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** Engines at work: several steps in a row, several networks in a chain. */
abstract class TrainingContract extends EngineUnderTest {
    private static final long SEED = Long.getLong("jft.parity.seed", System.nanoTime());
    private static final int BATCH = 8;
    private static final int SIZE = 15;
    private static final int OUTPUTS = 5;
    private static final int STEPS = 10;
    private static final float RATE = 0.05f;
    private static final double LEAST_PROGRESS = 0.3; // of the loss; else the rate says nothing

    /**
     * How far ten steps may lead away.
     *
     * @param loss largest relative error at any step
     * @param path L2 distance of the end points over the length of the way
     */
    record Bounds(double loss, double path) {}

    /** Returns about ten times what libtorch's float32, plain or rounded to bfloat16, needs. */
    Bounds bounds() {
        return precision() == Precision.FP32 ? new Bounds(2e-6, 1e-5) : new Bounds(1e-2, 2e-2);
    }

    @Test
    void shouldTrackLibtorchOverTenStepsOfDescent() {
        Sketch sketch = new Sketch();
        String features = backbone(sketch, sketch.image(3, SIZE, SIZE));
        NetworkSpec asked = sketch.build(head(sketch, features));
        NetworkSpec network = NetworkSpec.of(asked.graph(), asked.inputTypes());
        try (Engine engine = compile(network, BATCH)) {
            Random random = new Random(SEED);
            float[] start = parameters(engine.layout(), random);
            float[] images = OpDraw.normal(BATCH * 3 * SIZE * SIZE, random);
            float[] targets = OpDraw.normal(BATCH * OUTPUTS, random);
            engine.parameters().put(start);
            float[] truth = start.clone();
            LibtorchNetwork oracle = new LibtorchNetwork(network, engine.layout(), Type.DOUBLE);
            double firstLoss = 0;
            double lastLoss = 0;
            for (int step = 0; step < STEPS; step++) {
                double[] expected = oracle.forward(truth, List.of(images), true).get(0);
                float[] gradient = gradient(expected, targets);
                descend(
                        truth,
                        oracle.step(truth, List.of(images), List.of(gradient)).gradients(),
                        engine.layout());
                double[] actual =
                        Floats.read(engine.forward(input(images), Pass.training(0)).get(0));
                engine.backward(
                        List.of(Draw.direct(gradient(actual, targets))), GradientListener.NONE);
                Floats.descend(engine, RATE);
                lastLoss = loss(expected, targets);
                firstLoss = step == 0 ? lastLoss : firstLoss;
                assertThat(Math.abs(loss(actual, targets) / lastLoss - 1))
                        .as("error of the loss at step %s, seed=%s", step, SEED)
                        .isLessThanOrEqualTo(bounds().loss());
            }
            assertThat(lastLoss / firstLoss).as("seed=%s", SEED).isLessThan(1 - LEAST_PROGRESS);
            double error =
                    distance(Floats.copy(engine.parameters()), truth, engine.layout())
                            / distance(start, truth, engine.layout());
            assertThat(error).as("seed=%s", SEED).isLessThanOrEqualTo(bounds().path());
        }
    }

    /** A backbone and a head compiled apart, with code between, are the graph they make up. */
    @Test
    void shouldChainTwoNetworks() {
        assumeTrue(has(Lack.INTERLEAVING));
        Sketch whole = new Sketch();
        NetworkSpec wholeNetwork =
                whole.build(head(whole, backbone(whole, whole.image(3, SIZE, SIZE))));
        Sketch first = new Sketch();
        NetworkSpec backbone = first.build(backbone(first, first.image(3, SIZE, SIZE)));
        Sketch second = new Sketch();
        NetworkSpec head = second.build(head(second, second.image(16, 8, 8)));
        try (Engine front = compile(backbone, BATCH);
                Engine back = compile(head, BATCH);
                Engine all = compile(wholeNetwork, BATCH)) {
            Random random = new Random(SEED);
            float[] parameters = parameters(all.layout(), random);
            int split = front.layout().length();
            all.parameters().put(parameters);
            front.parameters().put(parameters, 0, split);
            back.parameters().put(parameters, split, parameters.length - split);
            float[] images = OpDraw.normal(BATCH * 3 * SIZE * SIZE, random);
            float[] gradient = OpDraw.normal(BATCH * OUTPUTS, random);
            Step truth =
                    new LibtorchNetwork(wholeNetwork, all.layout(), Type.DOUBLE)
                            .step(parameters, List.of(images), List.of(gradient));

            FloatBuffer between = front.forward(input(images), Pass.training(0)).get(0);
            double[] outputs =
                    Floats.read(back.forward(input(Floats.copy(between)), Pass.training(0)).get(0));
            back.backward(List.of(Draw.direct(gradient)), GradientListener.NONE);
            front.backward(
                    List.of(Draw.direct(Floats.copy(back.inputGradient(0)))),
                    GradientListener.NONE);

            float[] gradients = new float[parameters.length];
            front.gradients().get(gradients, 0, split);
            back.gradients().get(gradients, split, parameters.length - split);
            all.forward(input(images), Pass.training(0));
            all.backward(List.of(Draw.direct(gradient)), GradientListener.NONE);
            OpParityContract.Bounds bounds = OpParityContract.Bounds.of(precision());
            assertThat(RelativeError.l2(outputs, truth.outputs().get(0)))
                    .as("outputs, seed=%s", SEED)
                    .isLessThanOrEqualTo(bounds.outputs());
            for (float[] actual : List.of(gradients, Floats.copy(all.gradients()))) {
                assertThat(RelativeError.l2(doubles(actual), truth.gradients()))
                        .as("gradients, seed=%s", SEED)
                        .isLessThanOrEqualTo(2 * bounds.gradients()); // twice the layers
            }
            assertThat(
                            RelativeError.l2(
                                    Floats.read(front.inputGradient(0)),
                                    truth.inputGradients().get(0)))
                    .as("gradient of the images, seed=%s", SEED)
                    .isLessThanOrEqualTo(2 * bounds.gradients());
        }
    }

    /** [N, 3, 15, 15] -> [N, 16, 8, 8]; smooth, so that no two ways fall to two sides of a kink. */
    private static String backbone(Sketch sketch, String images) {
        String stem = smooth(sketch, sketch.norm(sketch.conv(images, 16, 3, 2)));
        String branch = smooth(sketch, sketch.norm(sketch.conv(stem, 16, 3, 1)));
        return sketch.add(sketch.norm(sketch.conv(branch, 16, 3, 1)), stem);
    }

    private static String head(Sketch sketch, String features) {
        String pooled = sketch.pool(smooth(sketch, features), PoolingType.AVG, 2, 2, 0);
        return sketch.dense(sketch.globalPool(pooled, PoolingType.AVG), OUTPUTS);
    }

    private static String smooth(Sketch sketch, String x) {
        return sketch.activation(x, Activation.SWISH);
    }

    private static float[] parameters(ParameterLayout layout, Random random) {
        float[] parameters = new float[layout.length()];
        for (Slice slice : layout.slices()) {
            for (int i = 0; i < slice.length(); i++) {
                float drawn = OpDraw.parameter(slice, random);
                boolean scale = slice.kind() == Kind.SCALE;
                parameters[slice.offset() + i] = scale ? Math.abs(drawn) : drawn;
            }
        }
        return parameters;
    }

    private static List<EngineInput> input(float[] values) {
        return List.of(new EngineInput.Tensor(Draw.direct(values), BATCH));
    }

    private static void descend(float[] parameters, double[] gradients, ParameterLayout layout) {
        for (Slice slice : layout.slices()) {
            double factor = slice.kind().trainable() ? RATE : 1;
            for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                parameters[i] = (float) (parameters[i] - factor * gradients[i]);
            }
        }
    }

    /** Half the squared distance, summed over outputs, the mean over the batch. */
    private static double loss(double[] outputs, float[] targets) {
        double loss = 0;
        for (int i = 0; i < outputs.length; i++) {
            loss += (outputs[i] - targets[i]) * (outputs[i] - targets[i]) / (2 * BATCH);
        }
        return loss;
    }

    private static float[] gradient(double[] outputs, float[] targets) {
        float[] gradient = new float[outputs.length];
        for (int i = 0; i < outputs.length; i++) {
            gradient[i] = (float) (outputs[i] - targets[i]) / BATCH;
        }
        return gradient;
    }

    /** Of what is trained: running statistics go a longer way, and more surely. */
    private static double distance(float[] from, float[] to, ParameterLayout layout) {
        double squares = 0;
        for (Slice slice : layout.slices()) {
            if (slice.kind().trainable()) {
                for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                    squares += ((double) from[i] - to[i]) * ((double) from[i] - to[i]);
                }
            }
        }
        return Math.sqrt(squares);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
