package org.jft.train.loop;

import java.nio.FloatBuffer;
import org.jft.cluster.collective.Collective;
import org.jft.core.topology.Topology;

/** Rank 0 of two, of whom the other is not there; a test says what it would have answered. */
class StandInCollective implements Collective {
    @Override
    public final Topology topology() {
        return new Topology(0, 2);
    }

    @Override
    public void allReduce(FloatBuffer source, FloatBuffer sum) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final void reduceScatter(FloatBuffer source, FloatBuffer own) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final void allGather(FloatBuffer own, FloatBuffer all) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void broadcast(FloatBuffer vector, int root) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long[] allGather(long value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void barrier() {
        throw new UnsupportedOperationException();
    }

    @Override
    public final void close() {}
}
