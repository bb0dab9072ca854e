package org.jft.cluster.membership;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How many workers a job has.
 *
 * @param initial it starts when that many have come, or, when others do not come in time, with
 *     those that have
 * @param min it does not train with fewer
 * @param max it takes no more
 * @param belowMin what happens when fewer than min come
 */
public record JobSize(int initial, int min, int max, BelowMin belowMin) {
    /**
     * What happens when fewer than {@code min} have come in time to begin. Those who are left of a
     * job that has begun form a generation in any case, if only to write a checkpoint.
     */
    public enum BelowMin {
        /** They are refused. */
        STOP,
        /** They wait for more. */
        WAIT
    }

    public JobSize {
        checkArgument(
                1 <= min && min <= initial && initial <= max,
                "needs 1 <= min <= initial <= max: min=%s initial=%s max=%s",
                min,
                initial,
                max);
    }

    /** Says "4 workers (2 to 6)". */
    @Override
    public String toString() {
        return "%d workers (%d to %d)".formatted(initial, min, max);
    }
}
