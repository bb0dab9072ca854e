package org.jft.core.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedderTest {
    private static final int CLASSES = 5;
    private static final int SIZE = 16;
    private static final int BATCH = 3;
    private static final String CONFIG =
            """
            {"name": "tiny", "data": {"train": "none", "image": {"size": 16}},
             "model": {"architecture": "resnet8s", "width": 4},
             "train": {"global_batch": 3, "micro_batch": 3, "steps": 1, "ema_decay": %s,
                       "optimizer": {"kind": "sgd"},
                       "schedule": {"kind": "constant", "learning_rate": 0.1}}}
            """;

    @TempDir Path folder;

    @Test
    void shouldGiveWhatTheHeadMakesItsLogitsOf() {
        long seed = System.nanoTime();
        FloatBuffer parameters = parameters(seed);
        Path file = folder.resolve("a.zip");
        write(file, 0, parameters, direct(parameters.remaining()));
        ByteBuffer pixels = pixels(seed);

        assertThat(worstDifference(file, parameters, pixels)).as("seed=%s", seed).isLessThan(1e-4);
    }

    @Test
    void shouldUseTheMovingAverageOfARunThatKeepsOne() {
        long seed = System.nanoTime();
        FloatBuffer raw = parameters(seed);
        FloatBuffer average = parameters(seed + 1);
        FloatBuffer state = direct(2 * raw.remaining()); // of sgd: velocity, average
        state.put(raw.remaining(), average, 0, average.remaining());
        Path file = folder.resolve("a.zip");
        write(file, 0.9, raw, state);
        ByteBuffer pixels = pixels(seed);

        assertThat(worstDifference(file, average, pixels)).as("seed=%s", seed).isLessThan(1e-4);
        assertThat(worstDifference(file, raw, pixels)).as("seed=%s", seed).isGreaterThan(1e-2);
    }

    @Test
    void shouldTakeTheNewestCheckpointOfARun() {
        FloatBuffer old = parameters(1);
        FloatBuffer young = parameters(2);
        CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("checkpoints"), 2);
        write(checkpoints.file(4), 0, old, direct(old.remaining()));
        write(checkpoints.file(8), 0, young, direct(young.remaining()));

        assertThat(worstDifference(folder, young, pixels(3))).isLessThan(1e-4);
    }

    @Test
    void shouldSayThatAFolderHoldsNoCheckpoint() {
        assertThatThrownBy(() -> Embedder.open(folder, 1))
                .isInstanceOf(ConfigException.class)
                .hasMessage(folder + ": neither a checkpoint nor the folder of a run with one");
    }

    /** Returns the largest difference of head(features) to the logits of the whole network. */
    private double worstDifference(Path opened, FloatBuffer parameters, ByteBuffer pixels) {
        try (Embedder embedder = Embedder.open(opened, BATCH);
                Engine whole = engine()) {
            whole.parameters().put(parameters.duplicate());
            EngineInput input = EngineInput.pixels(pixels, BATCH, embedder.image());
            FloatBuffer logits = whole.forward(List.of(input), Pass.INFERENCE).get(0);
            FloatBuffer features = embedder.embed(pixels, BATCH);
            int width = features.capacity() / BATCH;
            assertThat(embedder.image().size()).isEqualTo(SIZE);
            Slice weights = slice(whole, Kind.WEIGHT);
            Slice biases = slice(whole, Kind.BIAS);
            assertThat(weights.length()).isEqualTo(width * CLASSES);
            double worst = 0;
            for (int row = 0; row < BATCH; row++) {
                for (int c = 0; c < CLASSES; c++) {
                    double logit = parameters.get(biases.offset() + c);
                    for (int k = 0; k < width; k++) { // dense weights [in, out], column-major
                        logit +=
                                features.get(row * width + k)
                                        * parameters.get(weights.offset() + c * width + k);
                    }
                    worst = Math.max(worst, Math.abs(logit - logits.get(row * CLASSES + c)));
                }
            }
            return worst;
        }
    }

    private static Slice slice(Engine engine, Kind kind) {
        return engine.layout().slices().stream()
                .filter(s -> s.layer().equals(Architectures.HEAD) && s.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static NetworkSpec network(long seed) {
        RunConfig config = ConfigLoader.parse(CONFIG.formatted(0), "test");
        return NetworkSpec.ofImages(
                Architectures.create(config.model(), CLASSES, SIZE, seed), SIZE);
    }

    private static Engine engine() {
        EngineConfig options = new EngineConfig("onednn", Precision.FP32, 1, null, false);
        return Engines.named("onednn").compile(network(1), BATCH, options);
    }

    /** All of them random, running statistics too: a slice in another's place would show. */
    private static FloatBuffer parameters(long seed) {
        Random random = new Random(seed);
        try (Engine engine = engine()) {
            FloatBuffer parameters = direct(engine.parameters().remaining());
            while (parameters.hasRemaining()) {
                parameters.put(0.1f + random.nextFloat());
            }
            for (Slice slice : engine.layout().slices()) {
                if (slice.kind() == Kind.WEIGHT) {
                    for (int i = 0; i < slice.length(); i++) {
                        parameters.put(slice.offset() + i, (float) (0.2 * random.nextGaussian()));
                    }
                }
            }
            return parameters.flip();
        }
    }

    private static void write(Path file, double ema, FloatBuffer parameters, FloatBuffer state) {
        String config = CONFIG.formatted(ema);
        Checkpoint.State where = new Checkpoint.State(8, 24, 1, 0.5, config, "data", null);
        CheckpointFile.write(
                file, new Checkpoint(network(1).graph(), parameters.duplicate(), state, where));
    }

    private static ByteBuffer pixels(long seed) {
        byte[] bytes = new byte[BATCH * SIZE * SIZE * 3];
        new Random(seed).nextBytes(bytes);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
