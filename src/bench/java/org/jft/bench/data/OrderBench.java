package org.jft.bench.data;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.jft.bench.BenchRow;
import org.jft.bench.Contender;
import org.jft.bench.Rounds;
import org.jft.data.order.Lanes;
import org.jft.data.order.SampleOrder;

/**
 * How well the order mixes, and what it costs to begin anywhere in it.
 *
 * <p>Mixing is judged by the hardest case, a data set that lies sorted by class: how many classes
 * come together in a batch. The peers are what other loaders do within the same memory, shards in
 * random order behind a shuffle buffer, and a permutation of all rows, which is the most that can
 * be reached.
 */
final class OrderBench {
    private static final int ROWS = 1 << 20;
    private static final int ROWS_OF_CLASS = 1 << 10;
    private static final int BATCH = 256;
    private static final int BATCHES = 200;
    private static final int BLOCK_ROWS = 64;
    private static final int[] WINDOWS = {64, 1024};

    private static final int RESUMES = 10_000;
    private static final int RESUME_WINDOW = 1024;

    private final int rounds;
    private long seed;

    OrderBench(int rounds) {
        this.rounds = rounds;
    }

    /** Returns rows on mixing: classes a batch. */
    List<BenchRow> mixing() throws InterruptedException {
        List<BenchRow> rows = new ArrayList<>();
        for (int windowBlocks : WINDOWS) {
            int memory = BLOCK_ROWS * windowBlocks;
            rows.add(
                    mixing(
                            windowBlocks,
                            "shards and a buffer of %,d rows".formatted(memory),
                            seed -> buffered(seed, memory)));
            rows.add(mixing(windowBlocks, "all rows permuted", OrderBench::permuted));
        }
        return rows;
    }

    /** Draws rows in some order: the i-th row of an epoch, i ascending. */
    private interface Shuffle {
        LongUnaryOperator of(long seed);
    }

    private BenchRow mixing(int windowBlocks, String peerName, Shuffle peer)
            throws InterruptedException {
        Shuffle ours =
                seed -> new SampleOrder(ROWS, seed, BLOCK_ROWS, windowBlocks, Lanes.ONE)::indexAt;
        Rounds.Result result =
                Rounds.alternate("order", rounds, classesABatch(ours), classesABatch(peer));
        return new BenchRow(
                "data",
                "%,d blocks of %d rows, set sorted by class".formatted(windowBlocks, BLOCK_ROWS),
                result.ours(),
                peerName,
                result.peer(),
                "classes in a batch of %d".formatted(BATCH),
                Map.of("rows", ROWS, "classes", ROWS / ROWS_OF_CLASS));
    }

    private Contender classesABatch(Shuffle shuffle) {
        return () -> {
            LongUnaryOperator rowAt = shuffle.of(seed++);
            long classes = 0;
            for (int batch = 0; batch < BATCHES; batch++) {
                Set<Long> seen = new HashSet<>();
                for (int i = 0; i < BATCH; i++) {
                    seen.add(rowAt.applyAsLong((long) batch * BATCH + i) / ROWS_OF_CLASS);
                }
                classes += seen.size();
            }
            return (double) classes / BATCHES;
        };
    }

    /** Shards as large as the buffer, one after the other; a random one of the buffer comes out. */
    private static LongUnaryOperator buffered(long seed, int bufferRows) {
        Random random = new Random(seed);
        int[] shards = permutation(random, ROWS / bufferRows);
        long[] buffer = new long[bufferRows];
        for (int i = 0; i < bufferRows; i++) {
            buffer[i] = (long) shards[0] * bufferRows + i;
        }
        return i -> {
            int out = random.nextInt(bufferRows);
            long row = buffer[out];
            long next = i + bufferRows;
            buffer[out] =
                    (long) shards[(int) (next / bufferRows % shards.length)] * bufferRows
                            + next % bufferRows;
            return row;
        };
    }

    private static LongUnaryOperator permuted(long seed) {
        int[] rows = permutation(new Random(seed), ROWS);
        return i -> rows[(int) i];
    }

    private static int[] permutation(Random random, int size) {
        int[] values = new int[size];
        for (int i = 0; i < size; i++) { // Fisher and Yates, inside out
            int at = random.nextInt(i + 1);
            values[i] = values[at];
            values[at] = i;
        }
        return values;
    }

    /**
     * Returns a row on beginning at a random position of four epochs.
     *
     * @param count rows of the data set; the peer holds 4 bytes for each
     */
    BenchRow resuming(int count) throws InterruptedException {
        SampleOrder order = new SampleOrder(count, 1, BLOCK_ROWS, RESUME_WINDOW, Lanes.ONE);
        Random random = new Random(1);
        Contender ours =
                () -> {
                    long start = System.nanoTime();
                    long sum = 0;
                    for (int i = 0; i < RESUMES; i++) {
                        sum += order.indexAt(random.nextLong(4L * count));
                    }
                    return RESUMES / seconds(start, sum);
                };
        Contender peer =
                () -> {
                    long start = System.nanoTime();
                    int[] rows = permutation(random, count);
                    return 1 / seconds(start, rows[random.nextInt(count)]);
                };
        ours.round(); // compiled from here on
        Rounds.Result result = Rounds.alternate("resume", rounds, ours, peer);
        return new BenchRow(
                "data",
                "begin anywhere in %,d rows".formatted(count),
                result.ours(),
                "all rows permuted",
                result.peer(),
                "resumes/s",
                ImmutableMap.of("rows", count));
    }

    /** Takes what was computed, so that it is not optimised away. */
    private static double seconds(long startNanos, long result) {
        double seconds = (System.nanoTime() - startNanos) * 1e-9;
        return result == Long.MIN_VALUE ? Double.NaN : seconds;
    }
}
