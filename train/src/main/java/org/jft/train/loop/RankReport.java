package org.jft.train.loop;

import java.util.List;
import java.util.stream.LongStream;
import org.jft.cluster.collective.Collective;

/**
 * What one rank tells the others about its part of a step. Travels as one number:
 *
 * <pre>
 *  63            32 31       24 23                    0
 *  +---------------+-----------+-----------------------+
 *  | loss f32      | flags     | time, 0.1 ms          |
 *  +---------------+-----------+-----------------------+
 * </pre>
 *
 * @param loss sum of the mean losses of its micro batches
 * @param wish what it would have the ranks do behind this step
 * @param millis what it needed for a step, without waiting for others
 */
record RankReport(float loss, Wish wish, double millis) {
    /** What a rank would have all ranks do behind a step. */
    enum Wish {
        /** Nothing but the next step. */
        GO_ON,
        /** Meet anew, for newcomers wait. */
        LET_IN,
        /** See this rank go: it was told to. */
        LEAVE,
        /** See it go later: it was told to, but without it the others could not meet now. */
        LEAVE_LATER
    }

    private static final int WISH_SHIFT = 24;
    private static final long WISH_MASK = 0xff;
    private static final int MAX_TIME = (1 << 24) - 1; // 28 minutes

    /** Returns this with the time of one of so many micro batches. */
    RankReport perMicroBatch(int microBatches) {
        return new RankReport(loss, wish, millis / microBatches);
    }

    /** Returns everybody's, by rank; all have then come this far. */
    List<RankReport> gather(Collective collective) {
        return LongStream.of(collective.allGather(pack())).mapToObj(RankReport::unpack).toList();
    }

    /** Returns the loss of all. */
    static double loss(List<RankReport> all) {
        return all.stream().mapToDouble(RankReport::loss).sum();
    }

    /** Returns how many wish for something. */
    static int count(List<RankReport> all, Wish wish) {
        return (int) all.stream().filter(each -> each.wish == wish).count();
    }

    long pack() {
        long time = Math.max(0, Math.min(MAX_TIME, Math.round(millis * 10)));
        return (long) Float.floatToRawIntBits(loss) << 32
                | (long) wish.ordinal() << WISH_SHIFT
                | time;
    }

    static RankReport unpack(long word) {
        return new RankReport(
                Float.intBitsToFloat((int) (word >> 32)),
                Wish.values()[(int) (word >> WISH_SHIFT & WISH_MASK)],
                (word & MAX_TIME) / 10.0);
    }
}
