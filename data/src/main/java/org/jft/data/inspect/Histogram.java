package org.jft.data.inspect;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * Counts of whole numbers in bins. Not thread-safe.
 *
 * <pre>
 *   unit bins:      0, 1, 2, ... most, and all above
 *   doubling bins:  0, 1, 2..3, 4..7, 8..15, ...
 * </pre>
 */
public final class Histogram {
    private final long[] counts;
    private final boolean doubling;
    private long least = Long.MAX_VALUE;
    private long most = Long.MIN_VALUE;

    private Histogram(int bins, boolean doubling) {
        this.counts = new long[bins];
        this.doubling = doubling;
    }

    /** Bins of one number each, the last for {@code most} and above. */
    static Histogram ofUnits(int most) {
        checkArgument(most > 0, "no bins: most=%s", most);
        return new Histogram(most + 1, false);
    }

    /** Bins that double; every number below 2^63 has one. */
    static Histogram doubling() {
        return new Histogram(Long.SIZE, true);
    }

    void add(long value) {
        checkArgument(value >= 0, "not negative: %s", value);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(value);
        counts[doubling ? bits : (int) Math.min(value, counts.length - 1)]++;
        least = Math.min(least, value);
        most = Math.max(most, value);
    }

    /** Returns the number of bins up to the last that is not empty. */
    int end() {
        int end = counts.length;
        while (end > 0 && counts[end - 1] == 0) {
            end--;
        }
        return end;
    }

    /** Returns the first bin that is not empty; {@link #end} if all are. */
    int begin() {
        int begin = 0;
        while (begin < end() && counts[begin] == 0) {
            begin++;
        }
        return begin;
    }

    /** Returns the smallest number of a bin. */
    long from(int bin) {
        return doubling && bin > 0 ? 1L << bin - 1 : bin;
    }

    /** Returns whether a bin holds everything from {@link #from} on. */
    boolean isOpen(int bin) {
        return !doubling && bin == counts.length - 1;
    }

    long count(int bin) {
        return bin < counts.length ? counts[bin] : 0;
    }

    /** Returns the fullest bin's count. */
    long highest() {
        return Arrays.stream(counts).max().orElse(0);
    }

    /** Returns the smallest number added; 0 without any. */
    long least() {
        return most < 0 ? 0 : least;
    }

    /** Returns the largest number added; 0 without any. */
    long most() {
        return Math.max(0, most);
    }
}
