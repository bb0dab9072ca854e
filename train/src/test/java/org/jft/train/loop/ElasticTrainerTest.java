package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jft.cluster.membership.CoordinatorLostException;
import org.jft.cluster.membership.ExpelledException;
import org.jft.cluster.membership.ForgottenException;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.TooFewMembersException;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.data.shard.SampleStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers are killed at random frames, so inside every kind of exchange: of gradients, of reports,
 * of states, of who has which micro batch; others freeze, leave, or come. The run must end as one
 * that nothing befell, but for the order of additions.
 */
@Timeout(120)
class ElasticTrainerTest {
    private static final int CLASSES = 3;
    private static final long STEPS = 30;
    private static final Crew.Fate NONE = (number, membership, transport) -> {};

    /** Of the largest change of a parameter, as between numbers of workers. */
    private static final double BOUND = 1e-3;

    private static final RunConfig CONFIG =
            ConfigLoader.parse(
                    """
                    data: {train: nowhere, image: {size: 8}, loader: {window_blocks: 2}}
                    model: {architecture: resnet8s}
                    train:
                      global_batch: 14
                      micro_batch: 2
                      steps: 30
                      objective: softmax
                      optimizer: {kind: sgd, momentum: 0.9}
                      schedule: {kind: constant, learning_rate: 0.05}
                    engine: {name: onednn, precision: fp32, threads: 1}
                    cluster: {workers: 3, bucket_mb: 0.0005, elastic: {min_workers: 1, max_workers: 4}}
                    """,
                    "test");

    @TempDir private Path folder;
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final SampleStore store = NoiseStore.of(24, 8, CLASSES, new Random(7));
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private Crew crew(JobSize size, String... overrides) {
        List<String> all = new ArrayList<>(List.of(overrides));
        all.add("cluster.elastic.min_workers=" + size.min());
        all.add("cluster.elastic.below_min=" + size.belowMin());
        RunConfig config = ConfigLoader.with(CONFIG, all);
        return new Crew(config, store, CLASSES, STEPS, size, folder);
    }

    private static JobSize size(int initial, int min) {
        return new JobSize(initial, min, 4, JobSize.BelowMin.STOP);
    }

    /** Each worker that is killed comes back, until so many have been. */
    @RepeatedTest(5)
    void shouldEndAsIfNothingHadBefallenWhenWorkersAreKilledAtRandomFrames() {
        Crew crew = crew(size(3, 1));
        AtomicInteger kills = new AtomicInteger(8);
        List<CompletableFuture<float[]>> workers = new ArrayList<>();
        for (int id = 0; id < 3; id++) {
            String name = "worker " + id;
            Random own = new Random(random.nextLong());
            workers.add(start(() -> liveOn(crew, name, kills::getAndDecrement, own, new Steps())));
        }
        List<float[]> ends = workers.stream().map(CompletableFuture::join).toList();
        assertThat(kills.get()).as("seed=%s", seed).isNotPositive();
        assertAsUndisturbed(ends);
    }

    /**
     * Lives, is killed and comes back.
     *
     * @param killsLeft asked whenever it is about to be killed
     */
    private float[] liveOn(Crew crew, String name, IntSupplier killsLeft, Random own, Steps steps) {
        while (true) {
            long last = own.nextInt(60);
            boolean noticedAtOnce = own.nextBoolean(); // as over TCP; else by silence alone
            try {
                return crew.work(
                        name,
                        (number, membership, transport) -> {
                            if (number == last && killsLeft.getAsInt() > 0) {
                                if (noticedAtOnce) {
                                    transport.close();
                                }
                                throw new Crew.Killed();
                            }
                        },
                        steps);
            } catch (Crew.Killed | ExpelledException e) {
                continue; // a launcher starts it anew
            }
        }
    }

    /**
     * A step's rate tells its batch; the same batches by hand, one behind the other, are the
     * oracle.
     */
    @RepeatedTest(3)
    void shouldScaleTheRateWithTheBatchAndLoseNoSample() {
        Crew crew =
                crew(size(3, 1), "train.global_batch=12", "cluster.elastic.on_change=scale_rate");
        AtomicInteger kills = new AtomicInteger(4);
        Map<Long, Double> rates = new ConcurrentSkipListMap<>(); // by step
        Random own = new Random(random.nextLong());
        Steps staying = new Steps(rates);
        staying.pause(3);
        CompletableFuture<float[]> stays = start(() -> crew.work("worker 0", NONE, staying));
        // Not before all have taken a step, nor so late that nobody is left to come back to.
        IntSupplier killsLeft =
                () -> rates.isEmpty() || rates.size() > 20 ? 0 : kills.getAndDecrement();
        CompletableFuture<float[]> returns =
                start(() -> liveOn(crew, "worker 1", killsLeft, own, new Steps(rates)));
        CompletableFuture<float[]> goes =
                start(() -> crew.work("worker 2", killedAt(50), new Steps(rates)));
        assertThatThrownBy(goes::join).hasCauseInstanceOf(Crew.Killed.class);
        List<float[]> ends = List.of(stays.join(), returns.join());

        List<Integer> microBatches =
                rates.values().stream().map(rate -> (int) Math.round(rate / 0.05 * 6)).toList();
        System.err.printf("seed=%d, micro batches of the steps: %s%n", seed, microBatches);
        assertThat(rates.keySet()).last().isEqualTo(rates.size() - 0L);
        assertThat(microBatches)
                .as("seed=%s", seed)
                .startsWith(6)
                .allMatch(n -> n % 2 == 0)
                .anyMatch(n -> n < 6);
        int samples = microBatches.stream().mapToInt(n -> 2 * n).sum();
        assertThat(samples).as("seed=%s", seed).isBetween(30 * 12, 30 * 12 + 15);
        assertEndAs(crew.byHand(microBatches), ends);
    }

    @RepeatedTest(3)
    void shouldFenceAWorkerThatWakesUpWhenItHasBeenGivenUp() {
        Crew crew = crew(size(3, 1));
        long frame = 10 + random.nextInt(60);
        AtomicBoolean once = new AtomicBoolean();
        CompletableFuture<float[]> frozen =
                start(
                        () ->
                                crew.work(
                                        "worker 0",
                                        (number, membership, transport) -> {
                                            if (number == frame
                                                    && once.compareAndSet(false, true)) {
                                                crew.coordinator().lose(membership);
                                                sleep(300);
                                            }
                                        },
                                        new Steps()));
        List<CompletableFuture<float[]>> others =
                List.of(
                        start(() -> crew.work("worker 1", NONE, new Steps())),
                        start(() -> crew.work("worker 2", NONE, new Steps())));
        assertThatThrownBy(frozen::join)
                .as("seed=%s", seed)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ExpelledException.class);
        assertAsUndisturbed(others.stream().map(CompletableFuture::join).toList());
        assertThat(crew.news().get(1)).contains("worker 0").contains("silent for too long");
    }

    @Test
    void shouldLetNewcomersInAndLeaversGoBehindAStep() {
        Crew crew = crew(size(2, 1));
        CountDownLatch begun = new CountDownLatch(1);
        Steps first = new Steps();
        first.at(5, begun::countDown);
        first.pause(2);
        Steps leaver = new Steps();
        leaver.pause(2);
        leaver.leaveBehind(20);
        CompletableFuture<float[]> stays = start(() -> crew.work("worker 0", NONE, first));
        CompletableFuture<float[]> leaves = start(() -> crew.work("worker 1", NONE, leaver));
        CompletableFuture<float[]> comes =
                start(
                        () -> {
                            await(begun);
                            return crew.work("worker 2", NONE, new Steps());
                        });
        assertThatThrownBy(leaves::join)
                .hasCauseInstanceOf(LeftEarlyException.class)
                .hasMessageContaining("; the others go on");
        assertAsUndisturbed(List.of(stays.join(), comes.join()));
        assertThat(crew.news())
                .anyMatch(line -> line.contains("worker 0, worker 1, worker 2"))
                .anyMatch(line -> line.contains("worker 0, worker 2"));
        // Agreed, not broken: nobody took a step again.
        assertThat(first.done).as("steps").doesNotHaveDuplicates().hasSize((int) STEPS);
    }

    @Test
    void shouldStopWithACheckpointWhenTooFewAreLeft() {
        Crew crew = crew(size(2, 2));
        Steps survivor = new Steps();
        CompletableFuture<float[]> lives = start(() -> crew.work("worker 0", NONE, survivor));
        CompletableFuture<float[]> dies =
                start(() -> crew.work("worker 1", killedAt(50), new Steps()));
        assertThatThrownBy(dies::join).hasCauseInstanceOf(Crew.Killed.class);
        assertThatThrownBy(lives::join)
                .hasCauseInstanceOf(TooFewMembersException.class)
                .hasMessageContaining("of 2 workers at least")
                .hasMessageContaining("only 1 are left: stopped after step");
        assertThat(survivor.checkpoints).isEqualTo(1);
    }

    @Test
    void shouldWaitWithItsStateForNewcomersWhenTooFewAreLeft() {
        Crew crew = crew(new JobSize(2, 2, 4, JobSize.BelowMin.WAIT));
        Steps survivor = new Steps();
        AtomicInteger kills = new AtomicInteger(1);
        Random own = new Random(random.nextLong());
        CompletableFuture<float[]> waits = start(() -> crew.work("worker 0", NONE, survivor));
        CompletableFuture<float[]> comesBack =
                start(() -> liveOn(crew, "worker 1", kills::getAndDecrement, own, new Steps()));
        assertAsUndisturbed(List.of(waits.join(), comesBack.join()));
        assertThat(kills.get()).as("seed=%s", seed).isNotPositive();
        assertThat(survivor.done).as("steps").doesNotHaveDuplicates();
        assertThat(survivor.checkpoints).as("before it waits").isEqualTo(1);
    }

    @Test
    void shouldLeaveWithACheckpointWhenItIsToldToWhileItWaitsForNewcomers() {
        Crew crew = crew(new JobSize(2, 2, 4, JobSize.BelowMin.WAIT));
        Steps survivor = new Steps();
        survivor.leaveBehindCheckpoint();
        CompletableFuture<float[]> waits = start(() -> crew.work("worker 0", NONE, survivor));
        CompletableFuture<float[]> dies =
                start(() -> crew.work("worker 1", killedAt(50), new Steps()));
        assertThatThrownBy(dies::join).hasCauseInstanceOf(Crew.Killed.class);
        assertThatThrownBy(waits::join)
                .hasCauseInstanceOf(LeftEarlyException.class)
                .hasMessageContaining("with a checkpoint");
        assertThat(survivor.checkpoints).isEqualTo(1);
    }

    /** Newcomers and leavers wait; whoever is to leave may be killed, so there is a checkpoint. */
    @Test
    void shouldTrainOnWhileTheCoordinatorIsAwayWhoeverWishesToComeOrGo() {
        Crew crew = crew(size(2, 1));
        Steps first = new Steps();
        first.pause(2);
        first.at(5, () -> crew.coordinatorIsAway(true));
        first.at(20, () -> crew.coordinatorIsAway(false));
        Steps leaver = new Steps();
        leaver.leaveBehind(10);
        CompletableFuture<float[]> stays = start(() -> crew.work("worker 0", NONE, first));
        CompletableFuture<float[]> leaves = start(() -> crew.work("worker 1", NONE, leaver));
        assertThatThrownBy(leaves::join)
                .hasCauseInstanceOf(LeftEarlyException.class)
                .hasMessageContaining("; the others go on");
        assertAsUndisturbed(List.of(stays.join()));
        assertThat(leaver.done).as("waited").hasSizeGreaterThanOrEqualTo(20);
        assertThat(first.kept).containsExactly(11L);
        assertThat(leaver.kept).containsExactly(11L);
    }

    @Test
    void shouldWriteACheckpointBeforeItEndsBecauseNoCoordinatorAnswers() {
        Steps survivor = new Steps();
        assertThatThrownBy(() -> loseCoordinator(survivor, crew -> crew.coordinatorIsAway(true)))
                .hasCauseInstanceOf(CoordinatorLostException.class)
                .hasMessageContaining("no coordinator answers: stopped after step ")
                .hasMessageContaining(" of 30 with a checkpoint; the same command goes on");
        assertThat(survivor.alone).isEqualTo(1);
    }

    @Test
    void shouldWriteACheckpointBeforeItEndsBecauseTheCoordinatorHasForgottenIt() {
        Steps survivor = new Steps();
        assertThatThrownBy(() -> loseCoordinator(survivor, Crew::coordinatorLosesItsLog))
                .hasCauseInstanceOf(ForgottenException.class)
                .hasMessageContaining("the coordinator has lost its log: stopped after step ")
                .hasMessageContaining(" of 30 with a checkpoint; the same command goes on");
        assertThat(survivor.alone).isEqualTo(1);
    }

    @Test
    void shouldNotSayThatThereIsACheckpointWhereThereIsNone() {
        Steps survivor = new Steps();
        survivor.keptAlone = false;
        assertThatThrownBy(() -> loseCoordinator(survivor, crew -> crew.coordinatorIsAway(true)))
                .hasCauseInstanceOf(CoordinatorLostException.class)
                .hasMessageContaining(" of 30 without a checkpoint, which another worker");
    }

    /** Kills one of two workers, and at the same time what the other would meet through. */
    private void loseCoordinator(Steps survivor, Consumer<Crew> loss) {
        Crew crew = crew(size(2, 1));
        CompletableFuture<float[]> lives = start(() -> crew.work("worker 0", NONE, survivor));
        Crew.Fate fate =
                (number, membership, transport) -> {
                    if (number == 50) {
                        loss.accept(crew);
                        transport.close();
                        throw new Crew.Killed();
                    }
                };
        CompletableFuture<float[]> dies = start(() -> crew.work("worker 1", fate, new Steps()));
        assertThatThrownBy(dies::join).hasCauseInstanceOf(Crew.Killed.class);
        lives.join();
    }

    private static Crew.Fate killedAt(long frame) {
        return (number, membership, transport) -> {
            if (number == frame) {
                throw new Crew.Killed();
            }
        };
    }

    private void assertAsUndisturbed(List<float[]> ends) {
        assertEndAs(alone(STEPS), ends);
    }

    private void assertEndAs(float[] expected, List<float[]> ends) {
        for (float[] end : ends) {
            assertThat(end).as("bits, seed=%s", seed).isEqualTo(ends.get(0));
        }
        double moved = distance(alone(1), expected);
        assertThat(moved).isGreaterThan(0.01);
        assertThat(distance(ends.get(0), expected) / moved).as("seed=%s", seed).isLessThan(BOUND);
    }

    private float[] alone(long steps) {
        Crew solo = new Crew(CONFIG, store, CLASSES, steps, size(1, 1), folder);
        return solo.work("worker 0", NONE, new Steps());
    }

    private static double distance(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    private interface Work {
        float[] run() throws Exception;
    }

    private CompletableFuture<float[]> start(Work work) {
        CompletableFuture<float[]> result = new CompletableFuture<>();
        threads.execute(
                () -> {
                    try {
                        result.complete(work.run());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
