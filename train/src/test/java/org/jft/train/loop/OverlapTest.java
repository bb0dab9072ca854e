package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.topology.Topology;
import org.jft.train.optimizer.Blocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums over workers that start while backward runs; backward here is a loop over ranges. */
@Timeout(60)
class OverlapTest {
    private static final int LENGTH = 20_011;

    private final long seed = System.nanoTime();

    @ParameterizedTest
    @CsvSource({
        "2, 1, 5000, false",
        "2, 1, 5000, true",
        "3, 1, 999, false",
        "3, 3, 999, false",
        "3, 3, 6000, true",
        "3, 2, 20011, false",
        "3, 2, 1000000, true"
    })
    void shouldSumWithTheSameBitsAsBehindBackward(
            int workers, int microBatches, int bucket, boolean keeps) {
        List<float[]> behind = sums(workers, microBatches, bucket, keeps, false);
        List<float[]> overlapped = sums(workers, microBatches, bucket, keeps, true);
        for (int rank = 0; rank < workers; rank++) {
            assertThat(overlapped.get(rank)).as("seed=%s", seed).isEqualTo(behind.get(0));
        }
        double[] expected = new double[LENGTH];
        double[] magnitude = new double[LENGTH];
        for (int rank = 0; rank < workers; rank++) {
            for (int micro = 0; micro < microBatches; micro++) {
                float[] term = term(1, rank, micro);
                for (int i = 0; i < LENGTH; i++) {
                    expected[i] += term[i];
                    magnitude[i] += Math.abs(term[i]);
                }
            }
        }
        for (int i = 0; i < LENGTH; i++) {
            double bound = workers * microBatches * 0x1p-24 * magnitude[i];
            assertThat(Math.abs(overlapped.get(0)[i] - expected[i]))
                    .as("seed=%s i=%s", seed, i)
                    .isLessThanOrEqualTo(bound);
        }
    }

    @Test
    void shouldStartABucketWhileBackwardMakesTheNext() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        Collective collective =
                pair(
                        (source, sum) -> {
                            assertThat(source.position()).isEqualTo(LENGTH - 5_000);
                            started.countDown();
                        });
        try (Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange()) {
            GradientSum sum = sum(direct(), blocks, 5_000, exchange, false);
            sum.begin();
            sum.lastComes(collective);
            sum.finished(LENGTH - 5_000, 1_000); // not in order
            sum.finished(LENGTH - 4_000, 4_000);
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            exchange.stop();
        }
    }

    /** What the thread's collective throws is what the worker sees; its own gradient stays. */
    @Test
    void shouldThrowWhatTheExchangeThrewAndSumAgainWithOthers() {
        PeerLostException lost = new PeerLostException(1, "rank 1 is gone");
        Collective failing =
                pair(
                        (source, sum) -> {
                            sum.put(sum.position(), 99);
                            throw lost;
                        });
        FloatBuffer gradients = direct();
        try (Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange()) {
            GradientSum sum = sum(gradients, blocks, 5_000, exchange, true);
            sum.begin();
            for (int micro = 0; micro < 2; micro++) {
                sum.beforePass();
                if (micro == 1) {
                    sum.lastComes(failing);
                }
                backward(gradients, term(0, 0, micro), sum);
                sum.add();
            }
            assertThat(catchThrowable(() -> sum.reduce(failing))).isSameAs(lost);
            sum.reduce(pair((source, target) -> target.put(source)));
            float[] expected = term(0, 0, 0);
            float[] second = term(0, 0, 1);
            for (int i = 0; i < LENGTH; i++) {
                expected[i] += second[i];
            }
            assertThat(array(sum.gradients())).as("seed=%s", seed).isEqualTo(expected);
        }
    }

    @Test
    void shouldNameTheRankThatIsLostWhileBackwardRuns() {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        CountDownLatch met = new CountDownLatch(2);
        List<Throwable> failures =
                onRanks(
                        2,
                        rank -> {
                            try (Collective ring = ring(network, rank, 2)) {
                                ring.barrier();
                                met.countDown();
                                await(met);
                                return rank == 1 ? null : catchThrowable(() -> step(ring));
                            }
                        });
        assertThat(failures.get(0))
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("rank 1 is gone");
    }

    /** A worker whose next images cannot be read ends, though the others have not come. */
    @Test
    void shouldLetGoOfAnExchangeThatNobodyJoins() {
        CountDownLatch waiting = new CountDownLatch(1);
        Collective silent =
                pair(
                        (source, sum) -> {
                            waiting.countDown();
                            await(new CountDownLatch(1));
                        });
        try (Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange()) {
            FloatBuffer gradients = direct();
            GradientSum sum = sum(gradients, blocks, 5_000, exchange, false);
            sum.begin();
            sum.lastComes(silent);
            backward(gradients, term(0, 0, 0), sum);
            sum.add();
            await(waiting);
            exchange.stop();
            assertThat(exchange.isOver(silent)).isFalse();
            sum.begin(); // and can be used again
            sum.beforePass();
            sum.add();
            assertThat(sum.reduce(pair((source, target) -> target.put(source)))).isNotNegative();
        }
    }

    private void step(Collective collective) {
        FloatBuffer gradients = direct();
        try (Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange()) {
            GradientSum sum = sum(gradients, blocks, 5_000, exchange, false);
            sum.begin();
            sum.lastComes(collective);
            backward(gradients, term(0, 0, 0), sum);
            sum.add();
            sum.reduce(collective);
        }
    }

    private List<float[]> sums(
            int workers, int microBatches, int bucket, boolean keeps, boolean overlaps) {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        return onRanks(
                workers,
                rank -> {
                    FloatBuffer gradients = direct();
                    try (Collective ring = ring(network, rank, workers);
                            Blocks blocks = new Blocks(1);
                            GradientExchange exchange = new GradientExchange()) {
                        GradientSum sum = sum(gradients, blocks, bucket, exchange, keeps);
                        for (int step = 0; step < 2; step++) {
                            sum.begin();
                            for (int micro = 0; micro < microBatches; micro++) {
                                sum.beforePass();
                                if (overlaps && micro == microBatches - 1) {
                                    sum.lastComes(ring);
                                }
                                backward(gradients, term(step, rank, micro), sum);
                                sum.add();
                            }
                            sum.reduce(ring);
                        }
                        return array(sum.gradients());
                    }
                });
    }

    private GradientSum sum(
            FloatBuffer gradients,
            Blocks blocks,
            int bucket,
            GradientExchange exchange,
            boolean keeps) {
        return new GradientSum(gradients, blocks, new Buckets(LENGTH, bucket), exchange, keeps);
    }

    /** Writes the gradients from the end, in ranges of any length. */
    private void backward(FloatBuffer gradients, float[] values, GradientSum sum) {
        gradients.put(0, new float[LENGTH]); // what was there is no one's business
        Random random = new Random(seed);
        for (int end = LENGTH; end > 0; ) {
            int start = Math.max(0, end - 1 - random.nextInt(3_000));
            gradients.put(start, values, start, end - start);
            sum.finished(start, end - start);
            end = start;
        }
    }

    private float[] term(int step, int rank, int micro) {
        Random random = new Random(seed + 1_000L * step + 100L * rank + micro);
        float[] values = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            values[i] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(12));
        }
        return values;
    }

    private static Collective ring(InMemoryNetwork network, int rank, int workers) {
        return Collective.ring(
                network.transport(rank),
                new Topology(rank, workers),
                JobToken.of("overlap"),
                Duration.ofSeconds(30));
    }

    private static <T> List<T> onRanks(int workers, Function<Integer, T> body) {
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        List<CompletableFuture<T>> all =
                IntStream.range(0, workers)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () -> body.apply(rank), threads))
                        .toList();
        threads.shutdown();
        List<T> results = new ArrayList<>();
        all.forEach(one -> results.add(one.join()));
        return results;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FloatBuffer direct() {
        return ByteBuffer.allocateDirect(Float.BYTES * LENGTH)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static float[] array(FloatBuffer values) {
        float[] array = new float[values.capacity()];
        values.get(0, array);
        return array;
    }

    /** How a pair sums. */
    private interface Sum {
        void of(FloatBuffer source, FloatBuffer sum);
    }

    /** Rank 0 of two. */
    private static Collective pair(Sum how) {
        return new StandInCollective() {
            @Override
            public void allReduce(FloatBuffer source, FloatBuffer sum) {
                how.of(source, sum);
            }
        };
    }
}
