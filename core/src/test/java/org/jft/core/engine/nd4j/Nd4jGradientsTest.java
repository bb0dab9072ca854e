package org.jft.core.engine.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.BilinearResize;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;

/** Backward against finite differences of forward, for all a gradient is asked for. */
class Nd4jGradientsTest {
    private static final int BATCH = 3;
    private static final float STEP = 1e-2f;
    private static final int PROBES = 12;
    private static final InputType IMAGE = InputType.convolutional(5, 6, 2);
    private static final InputType VECTOR = InputType.feedForward(4);
    private static final Set<String> FROZEN = Set.of("conv1", "norm1", "norm2");

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void shouldGiveTheGradientsOfInputsAndParameters() {
        NetworkSpec network = network().withInputGradients();
        try (Engine engine = compile(network)) {
            checkAll(engine, Set.of());
        }
    }

    @Test
    void shouldTreatFrozenLayersAsConstants() {
        NetworkSpec network = network().withFrozenLayers(FROZEN).withInputGradients();
        try (Engine engine = compile(network)) {
            checkAll(engine, FROZEN);
            for (Slice slice : engine.layout().slices()) {
                float[] gradient = new float[slice.length()];
                engine.gradients().get(slice.offset(), gradient);
                if (FROZEN.contains(slice.layer())) {
                    assertThat(gradient).as("%s", slice).containsOnly(0f);
                } else {
                    assertThat(gradient).as("%s", slice).isNotEqualTo(new float[slice.length()]);
                }
            }
        }
    }

    @Test
    void shouldUseTheRunningStatisticsOfAFrozenNormInTraining() {
        NetworkSpec network = network().withFrozenLayers(Set.of("norm1", "norm2"));
        try (Engine engine = compile(network)) {
            randomize(engine);
            List<float[]> inputs = inputs();
            float[] trained = outputs(engine, inputs, true);
            assertThat(trained).containsExactly(outputs(engine, inputs, false), within(1e-5f));
        }
    }

    @Test
    void shouldGiveTheInputGradientOfAShorterBatch() {
        try (Engine engine = compile(network().withInputGradients())) {
            randomize(engine);
            List<EngineInput> two = new ArrayList<>();
            inputs().forEach(values -> two.add(new EngineInput.Tensor(direct(values), 2)));
            List<FloatBuffer> outputs = engine.forward(two, Pass.training(0));
            List<FloatBuffer> gradients = new ArrayList<>();
            outputs.forEach(output -> gradients.add(direct(uniform(output.remaining()))));

            engine.backward(gradients, GradientListener.NONE);

            assertThat(engine.inputGradient(0).remaining()).isEqualTo(2 * 2 * 5 * 6);
            assertThat(engine.inputGradient(1).remaining()).isEqualTo(2 * 4);
        }
    }

    @Test
    void shouldRefuseAnInputGradientThatNobodyAskedForOrComputed() {
        try (Engine without = compile(network());
                Engine with = compile(network().withInputGradients())) {
            assertThatThrownBy(() -> without.inputGradient(0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("compiled without input gradients");
            assertThatThrownBy(() -> with.inputGradient(0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("needs a backward pass");
        }
    }

    @Test
    void shouldKeepTheParametersWhereTheyAreWhenOutputsAreCopied() {
        NetworkSpec network = network();
        try (Engine engine = compile(network)) {
            assertThat(engine.layout()).isEqualTo(GraphLayouts.of(network.graph()));
        }
    }

    @Test
    void shouldNameAFrozenNormThatItCannotFreeze() {
        NetworkSpec network =
                single(
                        new BatchNormalization.Builder()
                                .useLogStd(false)
                                .lockGammaBeta(true)
                                .build());
        assertThatThrownBy(() -> compile(network.withFrozenLayers(Set.of("it"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("batch norm 'it' cannot be frozen");
    }

    /** A loss of fixed weights over all outputs: their gradients are these weights. */
    private void checkAll(Engine engine, Set<String> frozen) {
        randomize(engine);
        List<float[]> inputs = inputs();
        float[] weights = uniform(outputs(engine, inputs, true).length);
        List<FloatBuffer> gradients = new ArrayList<>();
        int at = 0;
        for (FloatBuffer output : engine.forward(fed(inputs), Pass.training(0))) {
            int length = output.remaining();
            gradients.add(direct(java.util.Arrays.copyOfRange(weights, at, at + length)));
            at += length;
        }
        engine.backward(gradients, GradientListener.NONE);
        float[] parameterGradient = new float[engine.layout().length()];
        engine.gradients().get(parameterGradient);
        for (int input = 0; input < inputs.size(); input++) {
            float[] gradient = new float[inputs.get(input).length];
            engine.inputGradient(input).get(gradient);
            FloatBuffer values = FloatBuffer.wrap(inputs.get(input));
            for (int probe = 0; probe < PROBES; probe++) {
                int index = random.nextInt(gradient.length);
                check("input " + input, engine, inputs, weights, values, index, gradient[index]);
            }
        }
        for (Slice slice : engine.layout().slices()) {
            if (slice.kind().trainable() && !frozen.contains(slice.layer())) {
                int index = slice.offset() + random.nextInt(slice.length());
                float analytic = parameterGradient[index];
                FloatBuffer values = engine.parameters();
                check(slice.toString(), engine, inputs, weights, values, index, analytic);
            }
        }
    }

    private void check(
            String what,
            Engine engine,
            List<float[]> inputs,
            float[] weights,
            FloatBuffer values,
            int index,
            float analytic) {
        float before = values.get(index);
        values.put(index, before + STEP);
        double above = loss(outputs(engine, inputs, true), weights);
        values.put(index, before - STEP);
        double below = loss(outputs(engine, inputs, true), weights);
        values.put(index, before);
        double numeric = (above - below) / (2 * STEP);
        assertThat((double) analytic)
                .as("%s at %s, seed=%s", what, index, seed)
                .isCloseTo(numeric, within(0.01 + 0.02 * Math.abs(numeric)));
    }

    private static double loss(float[] outputs, float[] weights) {
        double sum = 0;
        for (int i = 0; i < outputs.length; i++) {
            sum += (double) outputs[i] * weights[i];
        }
        return sum;
    }

    private float[] outputs(Engine engine, List<float[]> inputs, boolean training) {
        List<FloatBuffer> outputs = engine.forward(fed(inputs), new Pass(training, 0));
        float[] all = new float[outputs.stream().mapToInt(FloatBuffer::remaining).sum()];
        int at = 0;
        for (FloatBuffer output : outputs) {
            int length = output.remaining();
            output.duplicate().get(all, at, length);
            at += length;
        }
        return all;
    }

    private List<float[]> inputs() {
        return List.of(uniform(BATCH * 2 * 5 * 6), uniform(BATCH * 4));
    }

    private static List<EngineInput> fed(List<float[]> inputs) {
        List<EngineInput> fed = new ArrayList<>();
        inputs.forEach(values -> fed.add(new EngineInput.Tensor(direct(values), BATCH)));
        return fed;
    }

    private void randomize(Engine engine) {
        FloatBuffer parameters = engine.parameters();
        for (Slice slice : engine.layout().slices()) {
            boolean positive = slice.kind() == Kind.RUNNING_VARIANCE || slice.kind() == Kind.SCALE;
            for (int i = 0; i < slice.length(); i++) {
                float value = 0.6f * (random.nextFloat() - 0.5f);
                parameters.put(slice.offset() + i, positive ? 1 + value : value);
            }
        }
    }

    /** Outputs that are read again, one named twice, inputs of both kinds, smooth throughout. */
    private static NetworkSpec network() {
        ComputationGraphConfiguration graph =
                builder()
                        .addInputs("image", "vector")
                        .setInputTypes(IMAGE, VECTOR)
                        .addLayer("conv1", convolution(3), "image")
                        .addLayer("norm1", norm(), "conv1")
                        .addLayer("tanh1", new ActivationLayer(Activation.TANH), "norm1")
                        .addVertex("resize", new BilinearResize(4, 9), "tanh1")
                        .addLayer("conv2", convolution(2), "resize")
                        .addVertex("image2", new BilinearResize(4, 9), "image")
                        .addVertex(
                                "add",
                                new ElementWiseVertex(ElementWiseVertex.Op.Add),
                                "conv2",
                                "image2")
                        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "add")
                        .addLayer("dense", dense(3), "vector")
                        .addVertex("merged", new MergeVertex(), "pool", "dense")
                        .addLayer("norm2", norm(), "merged")
                        .addLayer("head", dense(2), "norm2")
                        .setOutputs("tanh1", "head", "dense", "head")
                        .validateOutputLayerConfig(false)
                        .build();
        return NetworkSpec.of(graph, List.of(IMAGE, VECTOR));
    }

    private static NetworkSpec single(BatchNormalization layer) {
        ComputationGraphConfiguration graph =
                builder()
                        .addInputs("image")
                        .setInputTypes(IMAGE)
                        .addLayer("it", layer, "image")
                        .setOutputs("it")
                        .validateOutputLayerConfig(false)
                        .build();
        return NetworkSpec.of(graph, List.of(IMAGE));
    }

    private static ComputationGraphConfiguration.GraphBuilder builder() {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new NoOp())
                .activation(Activation.TANH)
                .convolutionMode(ConvolutionMode.Same)
                .graphBuilder();
    }

    private static ConvolutionLayer convolution(int out) {
        return new ConvolutionLayer.Builder(3, 2).nOut(out).build();
    }

    private static BatchNormalization norm() {
        // A large epsilon: over three rows a small variance would bend the loss within a step.
        return new BatchNormalization.Builder().useLogStd(false).eps(0.1).build();
    }

    private static DenseLayer dense(int out) {
        return new DenseLayer.Builder().nOut(out).build();
    }

    private static Engine compile(NetworkSpec network) {
        return Engines.named("nd4j")
                .compile(network, BATCH, new EngineConfig("nd4j", Precision.FP32, 0, null, false));
    }

    private float[] uniform(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }

    private static FloatBuffer direct(float[] values) {
        return ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(values)
                .flip();
    }
}
