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
 * @param leaving whether it is to leave behind this step
 * @param millis what it needed for a step, without waiting for others
 */
record RankReport(float loss, boolean leaving, double millis) {
    private static final long LEAVING = 1 << 24;
    private static final int MAX_TIME = (1 << 24) - 1; // 28 minutes

    /** Returns everybody's, by rank; all have then come this far. */
    List<RankReport> gather(Collective collective) {
        return LongStream.of(collective.allGather(pack())).mapToObj(RankReport::unpack).toList();
    }

    /** Returns the loss of all. */
    static double loss(List<RankReport> all) {
        return all.stream().mapToDouble(RankReport::loss).sum();
    }

    /** Returns whether any is to leave. */
    static boolean leaving(List<RankReport> all) {
        return all.stream().anyMatch(RankReport::leaving);
    }

    long pack() {
        long time = Math.max(0, Math.min(MAX_TIME, Math.round(millis * 10)));
        return (long) Float.floatToRawIntBits(loss) << 32 | (leaving ? LEAVING : 0) | time;
    }

    static RankReport unpack(long word) {
        return new RankReport(
                Float.intBitsToFloat((int) (word >> 32)),
                (word & LEAVING) != 0,
                (word & MAX_TIME) / 10.0);
    }
}
