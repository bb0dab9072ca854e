package org.jft.data.order;

import static com.google.common.base.Preconditions.checkArgument;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jft.core.config.Subset;
import org.jft.core.failure.ConfigException;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.SampleStore;

/**
 * The rows of a data set that take part, renumbered 0..count-1 in row order. A row is in p% iff
 *
 * <pre>
 *   hash(subsetSeed, key.high, key.low)  &lt;  ceil(p / 100 * 2^64)      unsigned, exact
 * </pre>
 *
 * with {@link Hash}. The rule sees the content of an image, not where it lies: subsets of one seed
 * nest (10% in 30% in 100%), on any sharding, and equal images are in or out together.
 *
 * <p>100% costs nothing. Less costs one pass over the keys, then a bitmap with a running count for
 * every 1,024 rows: 0.13 bytes a row, 40 MB for 300M rows. Immutable, thread-safe.
 */
public final class Selection {
    private static final int WORDS_PER_COUNT = 16;
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

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
     * @throws ConfigException if no row is selected
     */
    public static Selection of(SampleStore store, Subset subset, long subsetSeed) {
        long rowCount = store.rowCount();
        BigInteger threshold = threshold(subset);
        boolean all = threshold.equals(TWO_TO_64);
        Selection selection =
                new Selection(
                        rowCount, all ? null : mark(store, threshold.longValue(), subsetSeed));
        if (selection.count == 0) {
            throw new ConfigException(
                    "data.subset=%s selects none of the data set's %s rows"
                            .formatted(subset, rowCount));
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

    private static BigInteger threshold(Subset subset) {
        return subset.percent()
                .multiply(new BigDecimal(TWO_TO_64))
                .divide(HUNDRED, 0, RoundingMode.CEILING)
                .toBigInteger();
    }

    private static long[] mark(SampleStore store, long threshold, long subsetSeed) {
        long rowCount = store.rowCount();
        long[] words = new long[Math.toIntExact((rowCount + 63) >>> 6)];
        for (long row = 0; row < rowCount; row++) {
            SampleKey key = store.key(row);
            long hash = Hash.of(subsetSeed, key.high(), key.low());
            if (Long.compareUnsigned(hash, threshold) < 0) {
                words[(int) (row >>> 6)] |= 1L << row;
            }
        }
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
