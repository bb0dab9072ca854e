package org.jft.data.order;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Positions dealt to lanes in turn, a stretch of consecutive ones at a time. With one lane for each
 * micro batch of a step, micro batch m of every step is lane m: a worker always reads the same
 * lanes, whatever their number.
 *
 * <pre>
 *   stretch = 2, count = 3      position  0 1 2 3 4 5 6 7 8 9 ...
 *                               lane      0 0 1 1 2 2 0 0 1 1 ...
 * </pre>
 *
 * @param count number of lanes, at least 1
 * @param stretch positions of a lane before it is the next one's turn, at least 1
 */
public record Lanes(int count, int stretch) {
    /** All positions in one. */
    public static final Lanes ONE = new Lanes(1, 1);

    public Lanes {
        checkArgument(
                count > 0 && stretch > 0,
                "lanes must be positive: count=%s, stretch=%s",
                count,
                stretch);
    }

    /** Returns one lane for each micro batch of a step. */
    public static Lanes of(int globalBatch, int microBatch) {
        return new Lanes(globalBatch / microBatch, microBatch);
    }

    int laneOf(long position) {
        return (int) (position / stretch % count);
    }

    /** Returns how many of the positions from {@code from} to {@code to} are of lower lanes. */
    long ofLowerLanes(long from, long to, int lane) {
        return ofLowerLanes(to, lane) - ofLowerLanes(from, lane);
    }

    /** Returns how many of the positions from {@code from} to {@code to} are of a lane. */
    long ofLane(long from, long to, int lane) {
        return ofLowerLanes(from, to, lane + 1) - ofLowerLanes(from, to, lane);
    }

    private long ofLowerLanes(long end, int lane) {
        long round = (long) count * stretch;
        long lower = (long) lane * stretch;
        return end / round * lower + Math.min(end % round, lower);
    }
}
