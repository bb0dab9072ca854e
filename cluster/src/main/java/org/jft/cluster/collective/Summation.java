package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import org.jft.cluster.protocol.FrameKind;

/** A way for some ranks, or all, to bring together what each has: along a ring, or in pairs. */
interface Summation {
    /** Sums as {@link Collective#allReduce(FloatBuffer, FloatBuffer)} does. */
    void allReduce(FloatBuffer source, FloatBuffer sum);

    /**
     * Returns what each gave, by its place among them; when all have called.
     *
     * @param kind all-gather or barrier
     */
    long[] gather(FrameKind kind, long value);
}
