package org.jft.core.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.KernelListener.KernelRun;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;

/** What is the onednn engine's own; what any engine promises is tested against libtorch in src. */
final class OneDnnEngineTest {
    private static final int SIZE = 32;
    private static final int CLASSES = 10;
    private static final EngineFactory FACTORY = Engines.named("onednn");

    @Test
    void shouldBeTheDefaultWithoutAGpu() {
        assumeFalse(Engines.named("cuda").fits());
        assertThat(Engines.named(EngineConfig.defaults().name()).name()).isEqualTo("onednn");
    }

    @Test
    void shouldSayHowMuchMemoryItWillTake() {
        // So much memory that the activations that lie among the gradients hardly count.
        NetworkSpec network = network("resnet50", 224);
        long fp32 = FACTORY.memoryBytes(network, 16, config(Precision.FP32, 0, false));
        long bf16 = FACTORY.memoryBytes(network, 16, config(Precision.BF16, 0, false));
        long less = FACTORY.memoryBytes(network, 16, config(Precision.FP32, 0, true));
        long twice = FACTORY.memoryBytes(network, 32, config(Precision.FP32, 0, false));
        long vectors = 2L * Float.BYTES * GraphLayouts.of(network.graph()).length();
        assertThat(bf16 - vectors).isBetween((fp32 - vectors) / 3, 2 * (fp32 - vectors) / 3);
        assertThat(less - vectors).isLessThan((fp32 - vectors) / 2);
        assertThat(twice - vectors)
                .isBetween(19 * (fp32 - vectors) / 10, 21 * (fp32 - vectors) / 10);
    }

    /** A map as large as the image, and a gradient of the image. */
    @Test
    void shouldTakeAsMuchMemoryAsItSaidHoweverItIsUsed() {
        NetworkSpec network = segmentation().withInputGradients();
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            EngineConfig config = config(precision, 0, false);
            long said = FACTORY.memoryBytes(network, 4, config);
            FloatBuffer images = gaussian(1, 4 * 3 * SIZE * SIZE);
            try (OneDnnEngine engine = (OneDnnEngine) FACTORY.compile(network, 4, config)) {
                for (int rows = 1; rows <= 4; rows++) {
                    List<EngineInput> input = List.of(new EngineInput.Tensor(images, rows));
                    engine.forward(input, Pass.INFERENCE);
                    assertThat(engine.allocatedBytes()).isLessThanOrEqualTo(said);
                    engine.forward(input, Pass.training(0));
                    engine.backward(
                            List.of(gaussian(2, rows * 5 * SIZE * SIZE)), GradientListener.NONE);
                    engine.forward(input, Pass.INFERENCE);
                }
                assertThat(engine.allocatedBytes()).isEqualTo(said);
            }
        }
    }

    @Test
    void shouldInferTheSameBeforeAndAfterItsMemoryHasGrown() {
        try (Engine engine = FACTORY.compile(segmentation(), 2, config(Precision.FP32, 0, false))) {
            List<EngineInput> input =
                    List.of(new EngineInput.Tensor(gaussian(1, 2 * 3 * SIZE * SIZE), 2));
            float[] before = read(engine.forward(input, Pass.INFERENCE).get(0));
            float[] trained = read(engine.forward(input, Pass.training(0)).get(0));
            assertThat(read(engine.forward(input, Pass.INFERENCE).get(0))).isEqualTo(before);
            assertThat(read(engine.forward(input, Pass.training(0)).get(0))).isEqualTo(trained);
        }
    }

    @Test
    void shouldLeaveNoMemoryBehindWhenItCannotBeCompiled() {
        NetworkSpec network = withWeightsNobodyDraws();
        EngineConfig config = config(Precision.FP32, 0, false);
        assertRefusesToDraw(network, config); // loads classes
        long before = Pointer.physicalBytes();
        for (int i = 0; i < 10; i++) {
            assertRefusesToDraw(network, config);
            System.gc(); // DL4J's own arrays
        }
        long vectors = 2L * Float.BYTES * 4096 * 1024; // 32 MiB each time
        assertThat(Pointer.physicalBytes() - before).isLessThan(5 * vectors);
    }

    private static void assertRefusesToDraw(NetworkSpec network, EngineConfig config) {
        assertThatThrownBy(() -> FACTORY.compile(network, 1, config))
                .hasMessageContaining("not drawn from a normal distribution");
    }

    private static NetworkSpec segmentation() {
        return network(
                new ConvolutionLayer.Builder(3, 3).nOut(5).build(),
                InputType.convolutional(SIZE, SIZE, 3));
    }

    private static NetworkSpec withWeightsNobodyDraws() {
        return network(
                new DenseLayer.Builder()
                        .nOut(4096)
                        .weightInit(new UniformDistribution(-1, 1))
                        .build(),
                InputType.feedForward(1024));
    }

    private static NetworkSpec network(Layer layer, InputType input) {
        return NetworkSpec.of(
                new NeuralNetConfiguration.Builder()
                        .seed(1)
                        .updater(new NoOp())
                        .activation(Activation.RELU)
                        .convolutionMode(ConvolutionMode.Same)
                        .graphBuilder()
                        .addInputs("in")
                        .setInputTypes(input)
                        .validateOutputLayerConfig(false)
                        .addLayer("it", layer, "in")
                        .setOutputs("it")
                        .build(),
                List.of(input));
    }

    private static float[] read(FloatBuffer values) {
        float[] copy = new float[values.remaining()];
        values.duplicate().get(copy);
        return copy;
    }

    @Test
    void shouldTrainOnFewerRowsAsIfCompiledForThem() {
        NetworkSpec network = network("resnet8s", SIZE);
        try (Engine large = FACTORY.compile(network, 4, config(Precision.FP32, 0, false));
                Engine small = FACTORY.compile(network, 3, config(Precision.FP32, 0, false))) {
            FloatBuffer images = gaussian(1, 3 * 3 * SIZE * SIZE);
            assertThat(step(large, images, 3)).isEqualTo(step(small, images, 3));
            assertThat(step(large, gaussian(2, 4 * 3 * SIZE * SIZE), 4)).isNotEmpty();
            assertThat(step(large, images, 3)).isEqualTo(step(small, images, 3));
        }
    }

    @Test
    void shouldComputeAlmostTheSameOnAnotherNumberOfThreads() {
        NetworkSpec network = network("resnet8s", SIZE);
        try (Engine one = FACTORY.compile(network, 4, config(Precision.FP32, 1, false));
                Engine two = FACTORY.compile(network, 4, config(Precision.FP32, 2, false))) {
            FloatBuffer images = gaussian(1, 4 * 3 * SIZE * SIZE);
            float[] left = step(one, images, 4);
            float[] right = step(two, images, 4);
            double difference = 0;
            double norm = 0;
            for (int i = 0; i < left.length; i++) {
                difference += Math.pow(left[i] - right[i], 2);
                norm += Math.pow(left[i], 2);
            }
            assertThat(Math.sqrt(difference / norm)).isLessThan(1e-4);
        }
    }

    @Test
    void shouldLeaveFrozenLayersOutOfBackward() {
        NetworkSpec whole = network("resnet8s", SIZE);
        NetworkSpec frozen = whole.withFrozenLayers(Set.of("conv1", "bn1"));
        try (Engine engine = FACTORY.compile(frozen, 4, config(Precision.FP32, 0, false))) {
            List<KernelRun> runs = new ArrayList<>();
            engine.profile(runs::add);
            step(engine, gaussian(1, 4 * 3 * SIZE * SIZE), 4);
            assertThat(runs)
                    .filteredOn(run -> run.kind().contains("Backward"))
                    .noneMatch(run -> Set.of("conv1", "bn1").contains(run.vertex()));
            for (Slice slice : engine.layout().slices()) {
                boolean zero = true;
                for (int i = 0; i < slice.length(); i++) {
                    zero &= engine.gradients().get(slice.offset() + i) == 0;
                }
                assertThat(zero)
                        .as("%s %s", slice.layer(), slice.kind())
                        .isEqualTo(frozen.frozenLayers().contains(slice.layer()));
            }
        }
    }

    @Test
    void shouldNameTheWayOutOfALayerItCannotRun() {
        NetworkSpec network = network("resnet8s", SIZE);
        network.graph()
                .getVertices()
                .put(
                        "layer1.0.add",
                        new org.deeplearning4j.nn.conf.graph.ElementWiseVertex(
                                org.deeplearning4j.nn.conf.graph.ElementWiseVertex.Op.Max));
        assertThatThrownBy(() -> FACTORY.compile(network, 1, config(Precision.FP32, 0, false)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("layer1.0.add")
                .hasMessageContaining("engine.name: nd4j runs it");
    }

    private static float[] step(Engine engine, FloatBuffer images, int rows) {
        engine.forward(List.of(new EngineInput.Tensor(images, rows)), Pass.training(0));
        engine.backward(List.of(gaussian(7, rows * CLASSES)), GradientListener.NONE);
        float[] gradients = new float[engine.layout().length()];
        engine.gradients().get(0, gradients);
        return gradients;
    }

    private static NetworkSpec network(String architecture, int size) {
        ModelConfig model = new ModelConfig(architecture, CLASSES, 0, null, false);
        return NetworkSpec.ofImages(Architectures.create(model, CLASSES, size, 1), size);
    }

    private static EngineConfig config(Precision precision, int threads, boolean recompute) {
        return new EngineConfig("onednn", precision, threads, null, recompute);
    }

    private static FloatBuffer gaussian(long seed, int length) {
        Random random = new Random(seed);
        FloatBuffer values =
                ByteBuffer.allocateDirect(Float.BYTES * length)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        for (int i = 0; i < length; i++) {
            values.put(i, (float) random.nextGaussian());
        }
        return values;
    }
}
