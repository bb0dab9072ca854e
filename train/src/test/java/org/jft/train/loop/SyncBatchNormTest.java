package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.launch.Team;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engines;
import org.jft.core.failure.ConfigException;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.shard.SampleStore;
import org.jft.train.optimizer.Blocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Batch norms over the micro batches of all workers, against one worker whose micro batch is all of
 * them. Ranks prove equal parameters after each step.
 */
@Timeout(60)
class SyncBatchNormTest {
    private static final int SIDE = 8;
    private static final int CLASSES = 5;
    private static final int MICRO = 4;
    private static final RunConfig CONFIG =
            ConfigLoader.parse(
                    """
                    data: {train: nowhere, image: {size: 8}}
                    model: {architecture: resnet8s, width: 8, sync_batch_norm: true}
                    train:
                      global_batch: 4
                      micro_batch: 4
                      steps: 4
                      optimizer: {kind: sgd}
                      schedule: {kind: constant, learning_rate: 0.02}
                    engine: {name: onednn, precision: fp32, threads: 1}
                    cluster: {bucket_mb: 0.01}
                    """,
                    "test");

    /** Of the largest change of a parameter: 2e-7 to 5e-7; with batch norms apart 4e-2 to 9e-2. */
    private static final double BOUND = 1e-4;

    @TempDir private Path folder;
    private final long seed = System.nanoTime();
    private final SampleStore store = NoiseStore.of(60, SIDE, CLASSES, new Random(seed));

    @ParameterizedTest
    @CsvSource({
        "2, 1, 4, cluster.bucket_mb=0.01", // statistics between buckets
        "3, 1, 4, cluster.bucket_mb=0",
        "2, 1, 4, cluster.shard_classes=true",
        "2, 1, 4, engine.recompute=true",
        "2, 2, 1, cluster.bucket_mb=0.01", // two micro batches a worker
    })
    void shouldTrainAsOneWorkerWithTheMicroBatchOfAll(
            int workers, int each, int steps, String key) {
        RunConfig whole = config(each * workers * MICRO, workers * MICRO);
        RunConfig parts = ConfigLoader.with(config(each * workers * MICRO, MICRO), List.of(key));
        RunConfig apart = ConfigLoader.with(parts, List.of("model.sync_batch_norm=false"));
        float[] start = train(whole, 1, 0);
        float[] expected = train(whole, 1, steps);
        double moved = distance(start, expected);
        double error = distance(expected, train(parts, workers, steps)) / moved;
        double without = distance(expected, train(apart, workers, steps)) / moved;
        assertThat(error).as("seed=%s", seed).isLessThan(BOUND);
        assertThat(without).as("seed=%s", seed).isGreaterThan(100 * BOUND);
    }

    /** A wire of bf16 is for gradients: each rank would see other statistics. */
    @Test
    void shouldExchangeStatisticsExactlyWhateverTheWire() {
        RunConfig whole = config(2 * MICRO, 2 * MICRO);
        float[] start = train(whole, 1, 0);
        float[] expected = train(whole, 1, 1);
        float[] rounded = train(config(2 * MICRO, MICRO), 2, 1, Wire.BF16);
        double moved = distance(start, expected);
        assertThat(distance(expected, rounded) / moved).as("seed=%s", seed).isBetween(1e-5, 0x1p-7);
    }

    @Test
    void shouldEndAPassWhoseStatisticsALostRankOwes() {
        RunConfig config = config(2 * MICRO, MICRO);
        assertThatThrownBy(() -> train(config, 2, 4, Wire.FLOAT32, 1))
                .hasRootCauseInstanceOf(PeerLostException.class)
                .rootCause()
                .hasMessageStartingWith("rank 1 is gone: rank 0 lost it in all-gather");
    }

    @Test
    void shouldRefuseAnEngineWhoseBatchNormsKnowOneWorkerOnly() {
        RunConfig slurm = ConfigLoader.with(config(2 * MICRO, MICRO), List.of("engine.name=nd4j"));
        assertThatThrownBy(() -> train(slurm, 2, 1))
                .hasRootCauseInstanceOf(ConfigException.class)
                .rootCause()
                .hasMessageStartingWith("model.sync_batch_norm=true needs engine.name=onednn");
    }

    private static RunConfig config(int globalBatch, int microBatch) {
        return ConfigLoader.with(
                CONFIG,
                List.of("train.global_batch=" + globalBatch, "train.micro_batch=" + microBatch));
    }

    private float[] train(RunConfig config, int workers, int steps) {
        return train(config, workers, steps, Wire.FLOAT32);
    }

    private float[] train(RunConfig config, int workers, int steps, Wire wire) {
        return train(config, workers, steps, wire, Integer.MAX_VALUE);
    }

    /**
     * Trains as all ranks, each on a thread of its own, and returns rank 0's parameters.
     *
     * @param lostBehind step behind which rank 1 is gone
     */
    private float[] train(RunConfig config, int workers, int steps, Wire wire, int lostBehind) {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        List<CompletableFuture<float[]>> all =
                IntStream.range(0, workers)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () -> {
                                                    Topology at = new Topology(rank, workers);
                                                    try (Collective ranks =
                                                            join(network, at, wire)) {
                                                        return train(
                                                                config,
                                                                steps,
                                                                ranks,
                                                                rank == 1 ? lostBehind : steps);
                                                    }
                                                },
                                                threads))
                        .toList();
        threads.shutdown();
        return all.get(0).join();
    }

    private static Collective join(InMemoryNetwork network, Topology at, Wire wire) {
        return at.worldSize() == 1
                ? Collective.solo()
                : Collective.ring(
                        network.transport(at.rank()),
                        at,
                        JobToken.of("sync"),
                        wire,
                        Duration.ofSeconds(30));
    }

    private float[] train(RunConfig config, int steps, Collective ranks, int lastStep) {
        try (Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange();
                TrainedModel model =
                        TrainedModel.compile(
                                config,
                                Worker.network(config, CLASSES),
                                CLASSES,
                                Engines.named(config.engine().name()),
                                config.engine(),
                                ranks.topology(),
                                blocks)) {
            RunState state = new RunState(model, Optional::empty, System.nanoTime());
            Feed.Source batches = new StoreBatches(store, config, CLASSES, folder);
            new Trainer(
                            config,
                            model,
                            state,
                            Math.min(steps, lastStep),
                            Team.fixed(ranks),
                            exchange)
                    .run(
                            (dealt, first, end, ofFirst) ->
                                    batches.open(dealt, first, end, sideBySide(dealt)),
                            (done, loss, rate, clock, guard) ->
                                    guard.requireEqualParameters(done, model.replicated()));
            model.gather(ranks);
            float[] parameters = new float[model.layout().length()];
            model.parameters().get(parameters);
            return parameters;
        }
    }

    /** In the first step, so that the n-th micro batches of all ranks follow one another. */
    private static List<Long> sideBySide(BatchPartition dealt) {
        int ranks = dealt.at().worldSize();
        return IntStream.range(0, dealt.share().size())
                .mapToObj(n -> (long) (n * ranks + dealt.at().rank()) * dealt.microBatch())
                .toList();
    }

    private static double distance(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }
}
