package org.jft.core.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackboneTest {
    private static final int CLASSES = 5;
    private static final int OTHER_CLASSES = 3;
    private static final String CONFIG =
            """
            {"name": "tiny", "data": {"train": "none", "image": {"size": 16}},
             "model": {"architecture": "resnet8s", "width": 4},
             "train": {"global_batch": 3, "steps": 1, "optimizer": {"kind": "sgd"},
                       "schedule": {"kind": "constant", "learning_rate": 0.1}}}
            """;

    @TempDir Path folder;

    @Test
    void shouldGiveEveryLayerButTheHead() {
        Random random = new Random(1);
        NetworkSpec trained = network(4, CLASSES);
        ParameterLayout there = GraphLayouts.of(trained.graph());
        FloatBuffer parameters = direct(there.length());
        for (int i = 0; i < there.length(); i++) {
            parameters.put(i, (float) random.nextGaussian());
        }
        Backbone backbone = Backbone.open(write(trained, parameters));

        try (Engine engine = compile(network(4, OTHER_CLASSES))) {
            FloatBuffer before = direct(engine.layout().length()).put(engine.parameters()).flip();
            engine.parameters().rewind();

            backbone.copyInto(engine.parameters(), engine.layout());

            for (Slice slice : engine.layout().slices()) {
                FloatBuffer now = engine.parameters().slice(slice.offset(), slice.length());
                boolean head = slice.layer().equals(Architectures.HEAD);
                FloatBuffer expected =
                        head
                                ? before.slice(slice.offset(), slice.length())
                                : ofSame(parameters, there, slice);
                assertThat(now).as(slice.layer() + " " + slice.kind()).isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldNameTheLayerThatDoesNotFit() {
        NetworkSpec trained = network(4, CLASSES);
        Path file = write(trained, direct(GraphLayouts.of(trained.graph()).length()));
        Backbone backbone = Backbone.open(file);

        try (Engine wider = compile(network(6, CLASSES))) {
            assertThatThrownBy(() -> backbone.copyInto(wider.parameters(), wider.layout()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage(
                            file
                                    + " cannot start this network: its layer 'conv1' has weight"
                                    + " [6, 3, 3, 3], there it has [4, 3, 3, 3]");
        }
    }

    @Test
    void shouldFreezeAVertexAndAllBeforeIt() {
        NetworkSpec network = network(4, CLASSES).withFrozenUpTo("layer2.0.conv1");

        assertThat(network.frozenLayers())
                .contains("conv1", "bn1", "layer1.0.conv2", "layer2.0.conv1")
                .doesNotContain("layer2.0.bn1", "layer2.0.downsample.0", "layer3.0.conv1", "head");
        assertThatThrownBy(() -> network.withFrozenUpTo("layer9"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("no vertex 'layer9' to freeze up to; the nearest is '");
    }

    @Test
    void shouldTellOtherParametersApart() {
        NetworkSpec trained = network(4, CLASSES);
        FloatBuffer parameters = direct(GraphLayouts.of(trained.graph()).length());
        String zeros = Backbone.open(write(trained, parameters)).sha256();
        parameters.put(parameters.limit() - 1, 1e-6f);

        assertThat(Backbone.open(write(trained, parameters)).sha256())
                .hasSize(64)
                .isNotEqualTo(zeros);
    }

    private static FloatBuffer ofSame(FloatBuffer of, ParameterLayout layout, Slice wanted) {
        Slice same =
                layout.slices().stream()
                        .filter(s -> s.layer().equals(wanted.layer()) && s.kind() == wanted.kind())
                        .findFirst()
                        .orElseThrow();
        return of.slice(same.offset(), same.length());
    }

    private Path write(NetworkSpec network, FloatBuffer parameters) {
        Path file = folder.resolve("a.zip");
        Checkpoint.State state = new Checkpoint.State(1, 3, 0, 0, CONFIG, "data", null);
        FloatBuffer velocity = direct(parameters.remaining());
        CheckpointFile.write(file, new Checkpoint(network.graph(), parameters, velocity, state));
        return file;
    }

    private static NetworkSpec network(int width, int classes) {
        ModelConfig given = ConfigLoader.parse(CONFIG, "test").model();
        ModelConfig model = new ModelConfig(given.architecture(), 0, width, null, false);
        return NetworkSpec.ofImages(Architectures.create(model, classes, 16, 1), 16);
    }

    private static Engine compile(NetworkSpec network) {
        EngineConfig options = new EngineConfig("onednn", Precision.FP32, 1, null, false);
        return Engines.named("onednn").compile(network, 1, options);
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
