package org.jft.core.engine;

import java.nio.FloatBuffer;
import org.jft.core.topology.Topology;

/**
 * How ranks that go forward and backward together tell each other the statistics of their rows, for
 * batch norms over the rows of all. All ranks call the same exchanges in the same order: they run
 * the same network.
 */
public interface StatisticsExchange {
    /** Returns which of the ranks this one is. */
    Topology topology();

    /**
     * Collects numbers of all ranks, exactly: all end with the same bits.
     *
     * @param all direct, in native order, [ranks, n]: this rank has filled in its own row
     * @throws org.jft.core.failure.JftException when a rank is lost; it ends the pass, and the next
     *     one may begin anew
     */
    void allGather(FloatBuffer all);
}
