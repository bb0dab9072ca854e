package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A vector cut into one contiguous segment a rank, as equal as they can be: where the length is no
 * multiple of the count, some are one element longer.
 *
 * @param length elements of the whole vector
 * @param count segments
 */
public record Segments(int length, int count) {
    public Segments {
        checkArgument(length >= 0, "length must not be negative: length=%s", length);
        checkArgument(count > 0, "count must be positive: count=%s", count);
    }

    /** Returns the index of a segment's first element; that of segment {@code count} is the end. */
    public int start(int segment) {
        return (int) ((long) segment * length / count);
    }

    /** Returns the elements of a segment. */
    public int length(int segment) {
        return start(segment + 1) - start(segment);
    }

    /** Returns the elements of the longest segment. */
    public int longest() {
        return (int) (((long) length + count - 1) / count);
    }
}
