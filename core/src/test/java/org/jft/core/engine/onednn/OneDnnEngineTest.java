package org.jft.core.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener.KernelRun;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;

/** What is the onednn engine's own; what any engine promises is tested against libtorch in src. */
final class OneDnnEngineTest {
    private static final int SIZE = 32;
    private static final int CLASSES = 10;
    private static final EngineFactory FACTORY = Engines.named("onednn");

    @Test
    void shouldBeTheDefault() {
        assertThat(EngineConfig.defaults().name()).isEqualTo("onednn");
    }

    @Test
    void shouldSayHowMuchMemoryItWillTake() {
        NetworkSpec network = network("resnet50", 64);
        long fp32 = FACTORY.memoryBytes(network, 8, config(Precision.FP32, 0, false));
        long bf16 = FACTORY.memoryBytes(network, 8, config(Precision.BF16, 0, false));
        long less = FACTORY.memoryBytes(network, 8, config(Precision.FP32, 0, true));
        long twice = FACTORY.memoryBytes(network, 16, config(Precision.FP32, 0, false));
        long vectors = 2L * Float.BYTES * 23_581_642; // 10 classes, running statistics
        assertThat(bf16 - vectors).isBetween((fp32 - vectors) / 3, 2 * (fp32 - vectors) / 3);
        assertThat(less - vectors).isLessThan((fp32 - vectors) / 2);
        assertThat(twice - vectors).isBetween(18 * (fp32 - vectors) / 10, 2 * (fp32 - vectors));
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
        engine.forward(List.of(new EngineInput.Tensor(images, rows)), true);
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
