package org.jft.data.order;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.OptionalLong;
import org.jft.core.config.Subset;
import org.jft.core.failure.ConfigException;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.SampleStore;

/**
 * The rows of a data set that take part, renumbered 0..count-1 in row order. A row is in iff
 *
 * <pre>
 *   hash(subsetSeed, key.high, key.low)  &lt;  ceil(p / 100 * 2^64)      for a share of p%
 *   hash(subsetSeed, key.high, key.low)  &lt;=  the n-th smallest hash   for n rows
 * </pre>
 *
 * unsigned and exact, with {@link Hash}. The rule sees the content of an image, not where it lies:
 * subsets of one seed nest, shares and counts alike (10% in 30% in 100%, 1k in 2k), on any
 * sharding, and equal images are in or out together. So n rows are n rows but where the last of
 * them has an equal, which is then in as well. Rows that the store drops are not there: they are in
 * no subset, and n rows are n others.
 *
 * <p>All rows cost nothing. Less costs one pass over the keys, on all cores, for a count about
 * three ({@link Threshold}), then a bitmap with a running count for every 1,024 rows: 0.13 bytes a
 * row, 40 MB for 300M rows. Immutable, thread-safe.
 */
public final class Selection {
    private static final int WORDS_PER_COUNT = 16;

    /** As an unsigned number. */
    private static final long LARGEST = -1L;

    private final long rowCount;
    private final long count;

    /** Bit r is set iff row r is in; null when all are. */
    private final long[] words;

    /** Rows selected before word i * WORDS_PER_COUNT; one more entry for the total. */
    private final long[] before;

    private Selection(long rowCount, long[] words) {
        this.rowCount = rowCount;
        this.words = words;
        this.before = words == null ? null : runningCounts(words);
        this.count = words == null ? rowCount : before[before.length - 1];
    }

    /**
     * Selects a subset.
     *
     * @throws ConfigException if no row is selected, or more are asked for than there are
     */
    public static Selection of(SampleStore store, Subset subset, long subsetSeed) {
        long available = store.rowCount() - store.droppedCount();
        if (subset instanceof Subset.Count asked && asked.rows() > available) {
            throw new ConfigException(
                    "data.subset=%s asks for %s rows, but the data set has %s"
                            .formatted(subset, asked.rows(), available));
        }
        OptionalLong largest = Threshold.of(store, available, subset, subsetSeed);
        boolean every = largest.isEmpty() && available == store.rowCount();
        Selection selection =
                new Selection(
                        store.rowCount(),
                        every ? null : mark(store, largest.orElse(LARGEST), subsetSeed));
        if (selection.count == 0) {
            throw new ConfigException(
                    "data.subset=%s selects none of the data set's %s rows"
                            .formatted(subset, available));
        }
        return selection;
    }

    /** Returns the number of selected rows. */
    public long count() {
        return count;
    }

    /** Returns whether a row takes part. */
    public boolean contains(long row) {
        checkArgument(
                0 <= row && row < rowCount, "row out of range: row=%s, rows=%s", row, rowCount);
        return words == null || (words[(int) (row >>> 6)] >>> row & 1) != 0;
    }

    /**
     * Returns the row with a number among the selected ones.
     *
     * @param index in 0..count-1
     */
    public long row(long index) {
        checkArgument(
                0 <= index && index < count,
                "index out of range: index=%s, count=%s",
                index,
                count);
        return words == null ? index : select(index);
    }

    private static long[] mark(SampleStore store, long largest, long subsetSeed) {
        long rowCount = store.rowCount();
        long[] words = new long[Math.toIntExact((rowCount + 63) >>> 6)];
        Arrays.parallelSetAll(
                words,
                word -> {
                    long first = (long) word << 6;
                    long bits = 0;
                    for (long row = first; row < Math.min(first + 64, rowCount); row++) {
                        if (store.dropped(row)) {
                            continue;
                        }
                        SampleKey key = store.key(row);
                        long hash = Hash.of(subsetSeed, key.high(), key.low());
                        bits |= Long.compareUnsigned(hash, largest) <= 0 ? 1L << row : 0;
                    }
                    return bits;
                });
        return words;
    }

    private static long[] runningCounts(long[] words) {
        int groups = (words.length + WORDS_PER_COUNT - 1) / WORDS_PER_COUNT;
        long[] before = new long[groups + 1];
        for (int group = 0; group < groups; group++) {
            int end = Math.min(words.length, (group + 1) * WORDS_PER_COUNT);
            long inGroup = 0;
            for (int i = group * WORDS_PER_COUNT; i < end; i++) {
                inGroup += Long.bitCount(words[i]);
            }
            before[group + 1] = before[group] + inGroup;
        }
        return before;
    }

    private long select(long index) {
        int low = 0; // the last group with before[group] <= index
        int high = before.length - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (before[middle] <= index) {
                low = middle;
            } else {
                high = middle;
            }
        }
        int remaining = (int) (index - before[low]);
        int word = low * WORDS_PER_COUNT;
        while (remaining >= Long.bitCount(words[word])) {
            remaining -= Long.bitCount(words[word++]);
        }
        long bits = words[word];
        for (; remaining > 0; remaining--) {
            bits &= bits - 1; // drop the lowest set bit
        }
        return ((long) word << 6) + Long.numberOfTrailingZeros(bits);
    }
}
