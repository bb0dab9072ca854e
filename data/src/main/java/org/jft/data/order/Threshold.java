package org.jft.data.order;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.LongStream;
import org.jft.core.config.Subset;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.SampleStore;

/** The largest hash, unsigned, that is still in a subset; empty when every row is. */
final class Threshold {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);
    private static final int DIGIT_BITS = 16;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private Threshold() {}

    /**
     * Finds it among the rows that are not dropped.
     *
     * @param rowCount how many those are; a count must be in 1 to this
     */
    static OptionalLong of(SampleStore store, long rowCount, Subset subset, long subsetSeed) {
        if (subset instanceof Subset.Share share) {
            BigInteger end = end(share);
            return end.equals(TWO_TO_64)
                    ? OptionalLong.empty()
                    : OptionalLong.of(end.longValue() - 1);
        }
        long rows = ((Subset.Count) subset).rows();
        return rows == rowCount
                ? OptionalLong.empty()
                : OptionalLong.of(smallest(store, rows, subsetSeed));
    }

    private static BigInteger end(Subset.Share share) {
        return share.percent()
                .multiply(new BigDecimal(TWO_TO_64))
                .divide(HUNDRED, 0, RoundingMode.CEILING)
                .toBigInteger();
    }

    /**
     * Finds the n-th smallest hash, or a number between it and the next larger one, digit by digit
     * from the top (radix selection): one pass over the keys counts the hashes with each value of
     * the next digit among those that begin with the digits found. It is done once a digit ends
     * with the n-th hash: nearly always after two of four, unless images are equal. 512 KiB,
     * however many rows.
     */
    private static long smallest(SampleStore store, long n, long subsetSeed) {
        long prefix = 0;
        long remaining = n;
        for (int shift = Long.SIZE - DIGIT_BITS; ; shift -= DIGIT_BITS) {
            AtomicLongArray counts = count(store, subsetSeed, prefix, shift);
            int digit = 0;
            while (counts.get(digit) < remaining) {
                remaining -= counts.get(digit++);
            }
            prefix |= (long) digit << shift;
            if (counts.get(digit) == remaining || shift == 0) {
                return prefix | (1L << shift) - 1; // every hash that begins so
            }
        }
    }

    private static AtomicLongArray count(
            SampleStore store, long subsetSeed, long prefix, int shift) {
        long known = shift + DIGIT_BITS == Long.SIZE ? 0 : -1L << shift + DIGIT_BITS;
        AtomicLongArray counts = new AtomicLongArray(DIGITS);
        LongStream.range(0, store.rowCount())
                .parallel()
                .filter(row -> !store.dropped(row))
                .forEach(
                        row -> {
                            SampleKey key = store.key(row);
                            long hash = Hash.of(subsetSeed, key.high(), key.low());
                            if ((hash & known) == prefix) {
                                counts.incrementAndGet((int) (hash >>> shift) & DIGITS - 1);
                            }
                        });
        return counts;
    }
}
