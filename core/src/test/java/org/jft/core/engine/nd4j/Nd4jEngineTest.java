package org.jft.core.engine.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The engine against stock DL4J layers, which share no code with the swapped ones. */
class Nd4jEngineTest {
    private static final EngineConfig CONFIG =
            new EngineConfig("nd4j", Precision.FP32, 0, null, false);
    private static final int SIZE = 9; // odd on purpose
    private static final int BATCH = 4;
    private static final int CLASSES = 5;

    @Test
    void shouldAgreeWithStockLayersOnOutputsGradientsAndStatistics() {
        long seed = System.nanoTime();
        for (boolean bias : new boolean[] {false, true}) {
            ComputationGraphConfiguration conf = network(bias);
            try (Engine engine = compile(conf)) {
                ComputationGraph stock = stock(conf);
                Random random = new Random(seed);
                randomize(engine, random);
                copyParameters(engine, stock);

                float[] image = uniform(random, BATCH * 3 * SIZE * SIZE);
                float[] outputGradient = uniform(random, BATCH * CLASSES);
                FloatBuffer output =
                        engine.forward(List.of(tensor(image)), Pass.training(0)).get(0);
                float[] logits = read(output, BATCH * CLASSES);
                engine.backward(List.of(direct(outputGradient)), (offset, length) -> {});

                INDArray x = Nd4j.createFromArray(image).reshape(BATCH, 3, SIZE, SIZE);
                INDArray expected = stock.feedForward(new INDArray[] {x}, true, false).get("head");
                stock.backpropGradient(
                        Nd4j.createFromArray(outputGradient).reshape(BATCH, CLASSES));

                String run = "seed=" + seed + " bias=" + bias;
                assertClose(run + " logits", logits, expected.dup('c').data().asFloat(), 1e-4);
                float[] actual = read(engine.gradients(), engine.layout().length());
                float[] wanted = stock.getFlattenedGradients().dup().data().asFloat();
                engine.layout()
                        .slices()
                        .forEach(
                                slice ->
                                        assertClose(
                                                run + " " + slice,
                                                part(actual, slice.offset(), slice.length()),
                                                part(wanted, slice.offset(), slice.length()),
                                                1e-3));
            }
        }
    }

    @Test
    void shouldUseRunningStatisticsAtEvaluation() {
        long seed = System.nanoTime();
        ComputationGraphConfiguration conf = network(true);
        try (Engine engine = compile(conf)) {
            ComputationGraph stock = stock(conf);
            Random random = new Random(seed);
            randomize(engine, random);
            copyParameters(engine, stock);
            float[] image = uniform(random, BATCH * 3 * SIZE * SIZE);
            float[] logits =
                    read(
                            engine.forward(List.of(tensor(image)), Pass.INFERENCE).get(0),
                            BATCH * CLASSES);
            INDArray expected =
                    stock.outputSingle(Nd4j.createFromArray(image).reshape(BATCH, 3, SIZE, SIZE));
            assertClose("seed=" + seed, logits, expected.dup('c').data().asFloat(), 1e-4);
        }
    }

    @Test
    void shouldScoreAShorterLastBatchLikeTheSameRowsOfAFullOne() {
        long seed = System.nanoTime();
        try (Engine engine = compile(network(true))) {
            Random random = new Random(seed);
            float[] image = uniform(random, BATCH * 3 * SIZE * SIZE);
            float[] full =
                    read(
                            engine.forward(List.of(tensor(image)), Pass.INFERENCE).get(0),
                            BATCH * CLASSES);
            EngineInput two = new EngineInput.Tensor(direct(image), 2);
            float[] part = read(engine.forward(List.of(two), Pass.INFERENCE).get(0), 2 * CLASSES);
            assertClose("seed=" + seed, part, part(full, 0, 2 * CLASSES), 1e-5);
        }
    }

    @Test
    void shouldGiveTheSameBitsWhenTheSameStepIsRepeated() {
        long seed = System.nanoTime();
        try (Engine engine = compile(network(false))) {
            Random random = new Random(seed);
            float[] image = uniform(random, BATCH * 3 * SIZE * SIZE);
            float[] outputGradient = uniform(random, BATCH * CLASSES);
            float[] first = null;
            for (int i = 0; i < 4; i++) {
                engine.forward(List.of(tensor(image)), Pass.training(0));
                engine.backward(List.of(direct(outputGradient)), (offset, length) -> {});
                float[] gradient = read(engine.gradients(), engine.layout().length());
                first = first == null ? gradient : first;
                assertThat(gradient).as("seed=%s, repetition %s", seed, i).isEqualTo(first);
            }
        }
    }

    @Test
    void shouldDrawTheSameWeightsFromTheSameSeedWithTheSpreadAskedFor() {
        ModelConfig small = new ModelConfig("resnet14s", 0, 32, null, false);
        NetworkSpec seven = NetworkSpec.ofImages(Architectures.create(small, 9, 32, 7), 32);
        NetworkSpec eight = NetworkSpec.ofImages(Architectures.create(small, 9, 32, 8), 32);
        EngineFactory factory = Engines.named("nd4j");
        try (Engine first = factory.compile(seven, 1, CONFIG);
                Engine second = factory.compile(seven, 1, CONFIG);
                Engine other = factory.compile(eight, 1, CONFIG)) {
            assertThat(first.parameters()).isEqualTo(second.parameters());
            assertThat(first.parameters()).isNotEqualTo(other.parameters());
            Slice widest =
                    first.layout().slices().stream()
                            .filter(s -> s.kind() == Kind.WEIGHT)
                            .max(Comparator.comparingInt(Slice::length))
                            .orElseThrow();
            double squares = 0;
            for (int i = 0; i < widest.length(); i++) {
                squares += Math.pow(first.parameters().get(widest.offset() + i), 2);
            }
            double fanOut = widest.shape().get(0) * widest.shape().get(2) * widest.shape().get(3);
            assertThat(squares / widest.length()).isCloseTo(2 / fanOut, withinPercentage(5));
        }
    }

    @Test
    void shouldNormalisePixelsPerChannelIntoPlanes() {
        try (Engine engine = compile(network(true))) {
            ByteBuffer pixels = ByteBuffer.allocateDirect(SIZE * SIZE * 3);
            float[] planes = new float[3 * SIZE * SIZE];
            List<Float> mean = List.of(10f, 20f, 30f);
            List<Float> std = List.of(50f, 60f, 70f);
            for (int i = 0; i < SIZE * SIZE; i++) {
                for (int c = 0; c < 3; c++) {
                    int value = (i * 7 + c * 31) & 0xff;
                    pixels.put((byte) value);
                    planes[c * SIZE * SIZE + i] = (value - mean.get(c)) / std.get(c);
                }
            }
            EngineInput image = new EngineInput.Pixels(pixels, 1, SIZE, SIZE, mean, std);
            float[] fromPixels =
                    read(engine.forward(List.of(image), Pass.INFERENCE).get(0), CLASSES);
            EngineInput same = new EngineInput.Tensor(direct(planes), 1);
            float[] fromPlanes =
                    read(engine.forward(List.of(same), Pass.INFERENCE).get(0), CLASSES);
            assertThat(fromPixels).isEqualTo(fromPlanes);
        }
    }

    @Test
    void shouldRefuseABackwardWithoutItsForward() {
        try (Engine engine = compile(network(true))) {
            FloatBuffer gradient = direct(new float[BATCH * CLASSES]);
            assertThatThrownBy(() -> engine.backward(List.of(gradient), (o, l) -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("forward");
        }
    }

    @Test
    void shouldNameTheEnginesThereAreWhenOneIsUnknown() {
        assertThatThrownBy(() -> Engines.named("tpu"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tpu")
                .hasMessageContaining("nd4j");
    }

    private static Engine compile(ComputationGraphConfiguration conf) {
        return Engines.named("nd4j").compile(NetworkSpec.ofImages(conf, SIZE), BATCH, CONFIG);
    }

    private static ComputationGraph stock(ComputationGraphConfiguration conf) {
        ComputationGraphConfiguration own = conf.clone();
        // Stock batch norm keeps its statistics in a workspace that is gone by backward.
        own.setTrainingWorkspaceMode(WorkspaceMode.NONE);
        ComputationGraph graph = new ComputationGraph(own);
        graph.init();
        return graph;
    }

    private static ComputationGraphConfiguration network(boolean bias) {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new NoOp())
                .weightInit(WeightInit.RELU)
                .graphBuilder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
                .addLayer("conv1", convolution(6, 3, 1, 1, bias), "image")
                .addLayer("bn1", normalization(), "conv1")
                .addLayer("relu1", new ActivationLayer(Activation.RELU), "bn1")
                .addLayer(
                        "pool",
                        new SubsamplingLayer.Builder(PoolingType.MAX, new int[] {3, 3})
                                .stride(2, 2)
                                .padding(1, 1)
                                .build(),
                        "relu1")
                .addLayer("conv2", convolution(6, 3, 1, 1, bias), "pool")
                .addLayer("bn2", normalization(), "conv2")
                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn2", "pool")
                .addLayer("relu2", new ActivationLayer(Activation.RELU), "add")
                .addLayer("conv3", convolution(8, 1, 2, 0, bias), "relu2")
                .addLayer("bn3", normalization(), "conv3")
                .addLayer("average", new GlobalPoolingLayer(PoolingType.AVG), "bn3")
                .addLayer(
                        "head",
                        new DenseLayer.Builder()
                                .nOut(CLASSES)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "average")
                .setOutputs("head")
                .validateOutputLayerConfig(false)
                .build();
    }

    private static ConvolutionLayer convolution(
            int out, int kernel, int stride, int padding, boolean bias) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .nOut(out)
                .stride(stride, stride)
                .padding(padding, padding)
                .convolutionMode(ConvolutionMode.Truncate)
                .hasBias(bias)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static BatchNormalization normalization() {
        return new BatchNormalization.Builder().eps(1e-5).decay(0.9).useLogStd(false).build();
    }

    private static void randomize(Engine engine, Random random) {
        FloatBuffer parameters = engine.parameters();
        engine.layout()
                .slices()
                .forEach(
                        slice -> {
                            boolean positive =
                                    slice.kind() == Kind.RUNNING_VARIANCE
                                            || slice.kind() == Kind.SCALE;
                            for (int i = 0; i < slice.length(); i++) {
                                float value = 0.4f * (random.nextFloat() - 0.5f);
                                parameters.put(slice.offset() + i, positive ? 1 + value : value);
                            }
                        });
    }

    private static void copyParameters(Engine engine, ComputationGraph stock) {
        stock.setParams(
                Nd4j.createFromArray(read(engine.parameters(), engine.layout().length()))
                        .reshape(stock.params().shape()));
    }

    private static EngineInput tensor(float[] values) {
        return new EngineInput.Tensor(direct(values), BATCH);
    }

    private static FloatBuffer direct(float[] values) {
        return ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(values)
                .flip();
    }

    private static float[] uniform(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }

    private static float[] read(FloatBuffer buffer, int length) {
        float[] values = new float[length];
        buffer.duplicate().get(values);
        return values;
    }

    private static float[] part(float[] values, int offset, int length) {
        return java.util.Arrays.copyOfRange(values, offset, offset + length);
    }

    /**
     * Largest difference relative to the largest expected magnitude, at least 0.1: a bias before a
     * batch norm has the gradient 0, and both sides show only rounding there.
     */
    private static void assertClose(String what, float[] actual, float[] expected, double bound) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double largest = 0.1;
        double worst = 0;
        List<Integer> at = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double difference = Math.abs(actual[i] - expected[i]);
            if (difference > worst) {
                worst = difference;
                at = List.of(i);
            }
        }
        assertThat(worst / largest).as("%s at %s", what, at).isLessThanOrEqualTo(bound);
    }
}
