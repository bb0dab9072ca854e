package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.model.Architectures;
import org.jft.eval.transfer.classification.CheckpointScorer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that keeps a moving average of its parameters is scored by it. */
class MovingAverageScoreTest {
    private static final int CLASSES = 40; // at least the data set's

    @TempDir Path folder;

    @Test
    void shouldScoreTheAverageInsteadOfTheParameters() {
        SyntheticSet.make(folder);
        FloatBuffer raw = parameters(1);
        FloatBuffer average = parameters(2);
        FloatBuffer state = direct(2 * raw.remaining()); // of sgd: velocity, average
        state.put(raw.remaining(), average, 0, average.remaining());

        Map<String, Double> scored = score(0.99, raw, state);

        FloatBuffer velocity = direct(raw.remaining());
        assertThat(scored).isEqualTo(score(0, average, velocity));
        assertThat(scored).isNotEqualTo(score(0, raw, velocity));
    }

    private Map<String, Double> score(double emaDecay, FloatBuffer parameters, FloatBuffer state) {
        RunConfig config = config(emaDecay, 1);
        Checkpoint checkpoint = new Checkpoint(network(config).graph(), parameters, state, null);
        return new CheckpointScorer(config, folder).score(checkpoint).overall().metrics();
    }

    private FloatBuffer parameters(int seed) {
        RunConfig config = config(0, seed);
        EngineConfig onednn = new EngineConfig("onednn", Precision.FP32, 1, null, false);
        try (Engine engine = Engines.named("onednn").compile(network(config), 1, onednn)) {
            FloatBuffer own = engine.parameters();
            return direct(own.remaining()).put(own).flip();
        }
    }

    private RunConfig config(double emaDecay, int seed) {
        return ConfigLoader.load(
                folder.resolve("tiny.yaml"),
                List.of(
                        "seed=" + seed,
                        "train.ema_decay=" + emaDecay,
                        "data.test=" + folder.resolve("set/test")));
    }

    private static NetworkSpec network(RunConfig config) {
        int size = config.data().image().size();
        return NetworkSpec.ofImages(
                Architectures.create(config.model(), CLASSES, size, config.seed()), size);
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
