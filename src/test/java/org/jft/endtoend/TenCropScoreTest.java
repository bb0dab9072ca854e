package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** {@code eval.crops: 10} from the config to the scores. */
class TenCropScoreTest {
    private static final int CLASSES = 40; // at least the data set's

    @TempDir Path folder;

    @Test
    void shouldScoreTenViewsOfEachImageInPassesOfAnySize() {
        SyntheticSet.make(folder);
        FloatBuffer parameters = parameters(config("eval.crops=1"));
        Map<String, Double> one = score(parameters, "eval.crops=1");
        Map<String, Double> ten = score(parameters, "eval.crops=10", "eval.batch=64");
        assertThat(ten.keySet()).isEqualTo(one.keySet());
        assertThat(ten).isNotEqualTo(one);
        for (String batch : List.of("eval.batch=1", "eval.batch=25")) { // ten and twenty views
            Map<String, Double> again = score(parameters, "eval.crops=10", batch);
            // Another batch may be summed in another order, and so swap two close ranks.
            ten.forEach((key, value) -> assertThat(again.get(key)).isCloseTo(value, within(5e-3)));
        }
    }

    private Map<String, Double> score(FloatBuffer parameters, String... overrides) {
        RunConfig config = config(overrides);
        FloatBuffer velocity = direct(parameters.remaining());
        Checkpoint checkpoint = new Checkpoint(network(config).graph(), parameters, velocity, null);
        return new CheckpointScorer(config, folder).score(checkpoint).overall().metrics();
    }

    private static FloatBuffer parameters(RunConfig config) {
        EngineConfig onednn = new EngineConfig("onednn", Precision.FP32, 1, null, false);
        try (Engine engine = Engines.named("onednn").compile(network(config), 1, onednn)) {
            FloatBuffer own = engine.parameters();
            return direct(own.remaining()).put(own).flip();
        }
    }

    private RunConfig config(String... overrides) {
        List<String> all = new ArrayList<>(List.of(overrides));
        all.add("data.image.resize=20");
        all.add("data.test=" + folder.resolve("set/test"));
        return ConfigLoader.load(folder.resolve("tiny.yaml"), all);
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
