package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import org.jft.core.topology.Topology;

/** One rank: every sum is the value itself. Checks its arguments as the ring does. */
final class SoloCollective implements Collective {
    private final Generation generation;

    SoloCollective(Generation generation) {
        this.generation = generation;
    }

    @Override
    public Topology topology() {
        return Topology.SOLO;
    }

    @Override
    public void allReduce(FloatBuffer source, FloatBuffer sum) {
        generation.requireLasting();
        Vectors.check(source, sum);
        sum.put(sum.position(), source, source.position(), source.remaining());
    }

    @Override
    public void reduceScatter(FloatBuffer source, FloatBuffer own) {
        Vectors.checkSegment(own, source, Topology.SOLO);
        Vectors.check(own);
        own.put(own.position(), source, source.position(), source.remaining());
    }

    @Override
    public void allGather(FloatBuffer own, FloatBuffer all) {
        Vectors.checkSegment(own, all, Topology.SOLO);
        Vectors.check(all);
        all.put(all.position(), own, own.position(), own.remaining());
    }

    @Override
    public void broadcast(FloatBuffer vector, int root) {
        generation.requireLasting();
        Vectors.check(vector);
        checkArgument(root == 0, "root out of range: root=%s, worldSize=1", root);
    }

    @Override
    public long[] allGather(long value) {
        generation.requireLasting();
        return new long[] {value};
    }

    @Override
    public void barrier() {
        generation.requireLasting();
    }

    @Override
    public void close() {}
}
