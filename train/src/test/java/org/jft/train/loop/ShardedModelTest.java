package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Team;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.failure.ConfigException;
import org.jft.core.topology.Topology;
import org.jft.data.shard.SampleStore;
import org.jft.train.optimizer.Blocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training with the classes dealt out, against training with the whole head on one worker. */
class ShardedModelTest {
    private static final int SIDE = 8;
    private static final int CLASSES = 7; // no multiple of any number of workers
    private static final int STEPS = 5;
    private static final RunConfig CONFIG =
            ConfigLoader.parse(
                    """
                    data: {train: nowhere, image: {size: 8}, loader: {window_blocks: 2}}
                    model: {architecture: resnet8s, width: 8, head_bias: -1.0}
                    train:
                      global_batch: 16
                      micro_batch: 2
                      steps: 5
                      optimizer: {kind: sgd, weight_decay: 1.0e-3}
                      schedule: {kind: constant, learning_rate: 0.05}
                    engine: {name: onednn, precision: fp32, threads: 1}
                    cluster: {shard_classes: true}
                    """,
                    "test");

    /**
     * Of a tensor's largest change, beside two last bits of its values. Sums over micro batches and
     * over classes run in another order, which moves a gradient by some 1e-6 of itself.
     */
    private static final double BOUND = 1e-4;

    /** What a checkpoint of the last step holds, and its loss. */
    private record Trained(float[] parameters, float[] state, double loss) {}

    @TempDir private Path folder;
    private final long seed = System.nanoTime();
    private final SampleStore store = NoiseStore.of(40, SIDE, CLASSES, new Random(seed));

    @ParameterizedTest
    @CsvSource({
        "1, 'train.objective=sigmoid'",
        "2, 'train.objective=sigmoid'",
        "4, 'train.objective=sigmoid;train.clip_norm=0.5'",
        "2, 'train.objective=softmax;train.ema_decay=0.9'",
        "4, 'train.objective=softmax;train.clip_norm=0.1'",
        "4, 'train.optimizer={kind: rmsprop, weight_decay: 1.0e-3};train.ema_decay=0.9'",
        "4, 'train.optimizer={kind: lars, weight_decay: 1.0e-3, head_weight_decay: 0.1}'",
        "2, 'train.optimizer={kind: lamb, epsilon: 0.1, head_weight_decay: 0.1}'",
    })
    void shouldReachTheParametersAndTheStateOfTheWholeHead(int workers, String keys) {
        RunConfig config = ConfigLoader.with(CONFIG, List.of(keys.split(";")));
        Trained start = start(config);
        Trained expected = dense(config, 0, start);
        Trained actual = sharded(config, workers, 0, start);
        String what = "%s, seed=%s".formatted(keys, seed);
        assertThat(expected.parameters).isNotEqualTo(start.parameters);
        assertClose(what, start, actual, expected);
        assertThat(actual.loss / expected.loss).as(what).isBetween(1 - BOUND, 1 + BOUND);
    }

    @Test
    void shouldStartWithTheWeightsOfTheWholeHead() {
        Trained none = new Trained(null, null, 0);
        assertThat(sharded(CONFIG, 4, STEPS, none).parameters).isEqualTo(start(CONFIG).parameters);
    }

    /** A checkpoint is the model's, whoever wrote it. */
    @Test
    void shouldGoOnFromTheCheckpointOfAnyNumberOfWorkersAndOfAWholeHead() {
        RunConfig config = ConfigLoader.with(CONFIG, List.of("train.ema_decay=0.9"));
        Trained start = start(config);
        Trained expected = dense(config, 0, start);
        int middle = STEPS - 2;
        Trained ofTwo = sharded(config, 2, 0, start, middle);
        Trained ofWhole = dense(config, 0, start, middle);
        assertClose("2 to 4", start, sharded(config, 4, middle, ofTwo), expected);
        assertClose("2 to whole", start, dense(config, middle, ofTwo), expected);
        assertClose("whole to 2", start, sharded(config, 2, middle, ofWhole), expected);
    }

    /** Of seven classes rank 1 of 2 has the last four. */
    @Test
    void shouldNameTheRankWhoseClassesAreNotFinite() {
        Trained start = start(CONFIG);
        start.parameters[start.parameters.length - 1] = Float.NaN; // the last class's bias
        assertThatThrownBy(() -> sharded(CONFIG, 2, 0, start))
                .as("seed=%s", seed)
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageStartingWith("the loss is not finite at step 1 on rank 1");
    }

    /** Infinite steps leave the loss of this step finite. */
    @Test
    void shouldStopAtTheStepWhoseUpdateOfASliceIsNotFinite() {
        RunConfig config = ConfigLoader.with(CONFIG, List.of("train.optimizer={kind: rmsprop}"));
        Trained start = start(config);
        int meanSquare = start.parameters.length - 1; // the last class's bias
        start.state[meanSquare] = Float.POSITIVE_INFINITY;
        assertThatThrownBy(() -> sharded(config, 2, 0, start))
                .as("seed=%s", seed)
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageStartingWith("an update is not finite at step 1");
    }

    @Test
    void shouldRefuseWhatItCannotDealOut() {
        EngineFactory onednn = Engines.named("onednn");
        assertThatThrownBy(() -> ShardedModel.requireSupport(CONFIG, 7, onednn, 8))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "cluster.shard_classes=true: 7 classes cannot be dealt out to 8 workers");
        assertThatThrownBy(() -> ShardedModel.requireSupport(CONFIG, 7, Engines.named("cuda"), 2))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cluster.shard_classes=true")
                .hasMessageContaining("engine.name=cuda");
    }

    /** Holds each tensor to the bound, of what it moved itself. */
    private static void assertClose(String what, Trained start, Trained actual, Trained expected) {
        ParameterLayout layout = GraphLayouts.of(Worker.network(CONFIG, CLASSES).graph());
        for (Slice slice : layout.slices()) {
            assertClose(
                    "%s %s, %s".formatted(slice.layer(), slice.kind(), what),
                    slice.offset(),
                    slice.length(),
                    start.parameters,
                    actual.parameters,
                    expected.parameters);
            for (int v = 0; v < expected.state.length / layout.length(); v++) {
                assertClose(
                        "state %s of %s %s, %s".formatted(v, slice.layer(), slice.kind(), what),
                        v * layout.length() + slice.offset(),
                        slice.length(),
                        start.state,
                        actual.state,
                        expected.state);
            }
        }
    }

    private static void assertClose(
            String what, int from, int count, float[] start, float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double moved = 0;
        double distance = 0;
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            moved = Math.max(moved, Math.abs((double) expected[i] - start[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
            distance = Math.max(distance, Math.abs((double) expected[i] - actual[i]));
        }
        assertThat(distance).as(what).isLessThanOrEqualTo(BOUND * moved + 2 * Math.ulp(largest));
    }

    private Trained start(RunConfig config) {
        return dense(config, STEPS, new Trained(null, null, 0));
    }

    private Trained dense(RunConfig config, int firstStep, Trained from) {
        return dense(config, firstStep, from, STEPS);
    }

    private Trained dense(RunConfig config, int firstStep, Trained from, int lastStep) {
        RunConfig whole = ConfigLoader.with(config, List.of("cluster.shard_classes=false"));
        return train(whole, firstStep, from, lastStep, Collective.solo());
    }

    private Trained sharded(RunConfig config, int workers, int firstStep, Trained from) {
        return sharded(config, workers, firstStep, from, STEPS);
    }

    /** Trains as all ranks, each on a thread of its own, and returns what rank 0 has. */
    private Trained sharded(
            RunConfig config, int workers, int firstStep, Trained from, int lastStep) {
        if (workers == 1) {
            return train(config, firstStep, from, lastStep, Collective.solo());
        }
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        List<CompletableFuture<Trained>> all =
                IntStream.range(0, workers)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () -> {
                                                    try (Collective ring =
                                                            Collective.ring(
                                                                    network.transport(rank),
                                                                    new Topology(rank, workers),
                                                                    JobToken.of("sharded"),
                                                                    Duration.ofSeconds(60))) {
                                                        return train(
                                                                config, firstStep, from, lastStep,
                                                                ring);
                                                    }
                                                },
                                                threads))
                        .toList();
        try {
            return all.stream().map(CompletableFuture::join).toList().get(0);
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        } finally {
            threads.shutdown();
        }
    }

    private Trained train(
            RunConfig config, int firstStep, Trained from, int lastStep, Collective collective) {
        NetworkSpec network = Worker.network(config, CLASSES);
        EngineFactory factory = Engines.named("onednn");
        try (Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange();
                TrainedModel model =
                        compile(config, network, factory, collective.topology(), blocks)) {
            RunState state =
                    new RunState(model, () -> resume(model, firstStep, from), System.nanoTime());
            new Trainer(config, model, state, lastStep, Team.fixed(collective), exchange)
                    .run(
                            new StoreBatches(store, config, CLASSES, folder),
                            (done, loss, rate, clock, guard) ->
                                    guard.requireEqualParameters(done, model.replicated()));
            model.gather(collective);
            return new Trained(
                    array(model.parameters()), array(model.optimizerState()), state.loss());
        }
    }

    /** What rank 0 finds in a checkpoint. */
    private static Optional<Resume> resume(TrainedModel model, int step, Trained from) {
        if (from.parameters != null) {
            model.parameters().put(from.parameters);
            model.optimizerState().put(from.state);
        }
        return Optional.of(new Resume(step, step * 16L, 0, Double.NaN));
    }

    private static TrainedModel compile(
            RunConfig config,
            NetworkSpec network,
            EngineFactory factory,
            Topology at,
            Blocks blocks) {
        if (config.cluster().shardClasses()) { // also on one worker
            return ShardedModel.compile(
                    config, network, CLASSES, factory, config.engine(), at, blocks);
        }
        return TrainedModel.compile(config, network, CLASSES, factory, config.engine(), at, blocks);
    }

    private static float[] array(FloatBuffer values) {
        float[] array = new float[values.remaining()];
        values.get(values.position(), array);
        return array;
    }
}
