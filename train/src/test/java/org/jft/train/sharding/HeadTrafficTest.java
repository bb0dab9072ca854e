package org.jft.train.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.train.objective.ClassSlice;
import org.jft.train.objective.Targets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formula against the bytes that go over the wire. */
class HeadTrafficTest {
    private static final int CLASSES = 1009;
    private static final int WIDTH = 1500;
    private static final int MICRO_BATCH = 4;
    private static final int LABELS = 3; // of each sample
    private static final int ROUNDS = 2;

    /** Headers, and what the formula leaves out, are a hundredth where frames are full. */
    @ParameterizedTest
    @CsvSource({"2, SIGMOID, 0", "3, SIGMOID, 0", "2, SOFTMAX, 2", "3, SOFTMAX, 2"})
    void shouldCountWhatRanksSend(int workers, TrainConfig.Objective objective, int told) {
        HeadTraffic formula =
                new HeadTraffic(
                        workers,
                        0,
                        (WIDTH + 1L) * CLASSES,
                        WIDTH,
                        ROUNDS * workers * MICRO_BATCH,
                        MICRO_BATCH,
                        told,
                        Float.BYTES);
        List<Long> sent = Ranks.run(workers, ranks -> passes(ranks, objective));
        double labels = 4.0 * ROUNDS * (workers - 1) * MICRO_BATCH * (1 + 2 * LABELS);
        for (long bytes : sent) {
            assertThat(bytes / (formula.sharded() + labels)).isCloseTo(1.005, within(0.006));
        }
        List<Long> dense =
                Ranks.run(
                        workers,
                        ranks -> {
                            ranks.allReduce(Floats.allocate((WIDTH + 1) * CLASSES));
                            return ranks.sentBytes();
                        });
        for (long bytes : dense) {
            assertThat(bytes / formula.dense()).isCloseTo(1.005, within(0.006));
        }
    }

    /** ResNet-101 on 18,291 classes, 50 workers with 32 images each. */
    @Test
    void shouldCompareAsBatchToClasses() {
        long head = 2049L * 18_291;
        HeadTraffic paper = new HeadTraffic(50, 0, head, 2048, 1600, 32, 0, Float.BYTES);
        assertThat(paper.sharded() / paper.dense()).isCloseTo(1600.0 / 18_291, within(1e-4));
        assertThat(new HeadTraffic(1, 100, head, 2048, 32, 32, 2, 4).dense()).isZero();
    }

    private static long passes(Collective ranks, TrainConfig.Objective objective) {
        ClassSlice slice = ClassSlice.of(CLASSES, ranks.topology());
        int samples = ranks.topology().worldSize() * MICRO_BATCH;
        try (Engine engine = engine(slice, samples)) {
            ShardedHead head =
                    new ShardedHead(
                            engine,
                            ranks,
                            ObjectiveConfig.plain(objective),
                            slice,
                            WIDTH,
                            MICRO_BATCH);
            FloatBuffer features = Floats.allocate(MICRO_BATCH * WIDTH);
            for (int round = 0; round < ROUNDS; round++) {
                head.gather(features, targets());
                head.loss();
                head.backward();
                head.scatter(features);
            }
            return ranks.sentBytes();
        }
    }

    private static Targets targets() {
        int[] offsets = new int[MICRO_BATCH + 1];
        int[] ids = new int[MICRO_BATCH * LABELS];
        float[] confidences = new float[ids.length];
        for (int i = 0; i <= MICRO_BATCH; i++) {
            offsets[i] = i * LABELS;
        }
        for (int j = 0; j < ids.length; j++) {
            ids[j] = j;
            confidences[j] = 1;
        }
        return new Targets(offsets, ids, confidences);
    }

    private static Engine engine(ClassSlice slice, int samples) {
        EngineConfig options = Engines.resolve(new EngineConfig("onednn", null, 1, null, false));
        return Engines.named("onednn").compile(network().headOf(slice.count()), samples, options);
    }

    private static NetworkSpec network() {
        InputType features = InputType.feedForward(WIDTH);
        return NetworkSpec.of(
                new NeuralNetConfiguration.Builder()
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer("head", new DenseLayer.Builder().nOut(CLASSES).build(), "in")
                        .setOutputs("head")
                        .validateOutputLayerConfig(false)
                        .setInputTypes(features)
                        .build(),
                List.of(features));
    }
}
