package org.jft.cluster.collective;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameKind;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

/** What some ranks, or all, do in a ring: cuts vectors into messages, the engine moves them. */
final class Ring implements Summation {
    private final MessageEngine engine;
    private final Topology at; // in this ring
    private final Link link;
    private final Vectors wire;
    private final Vectors exact = Vectors.of(Wire.FLOAT32);
    private int payloadBytes;
    private FloatBuffer scratch = FloatBuffer.allocate(0);

    /**
     * Joins a ring.
     *
     * @param ranks in the order of the ring
     * @param self where this rank is in it
     * @param wire what sums travel as
     */
    Ring(MessageEngine engine, List<Integer> ranks, int self, Wire wire) {
        this.engine = engine;
        this.wire = Vectors.of(wire);
        at = new Topology(self, ranks.size());
        link = engine.link(ranks.get(at.predecessor()), ranks.get(at.successor()));
        payloadBytes = link.out().maxFrameLength() - FrameDescriptor.HEADER_LENGTH;
    }

    /** Sends no longer frames than that: all links of a ring must carry the same. */
    void limitFrames(int length) {
        payloadBytes = Math.min(payloadBytes, length - FrameDescriptor.HEADER_LENGTH);
    }

    @Override
    public void allReduce(FloatBuffer source, FloatBuffer sum) {
        engine.run(new AllReduce(source, sum, chunk(wire), at, wire), link);
    }

    void reduceScatter(FloatBuffer source, FloatBuffer own) {
        FloatBuffer partial = scratch(source.remaining());
        engine.run(new ReduceScatter(source, own, partial, chunk(wire), at, wire), link);
    }

    void allGather(FloatBuffer own, FloatBuffer all) {
        engine.run(new VectorAllGather(own, all, chunk(exact), at, exact), link);
    }

    /** Gathers parts of a sum that has been rounded to what travels. */
    void gatherSums(FloatBuffer own, FloatBuffer sum) {
        engine.run(new VectorAllGather(own, sum, chunk(wire), at, wire), link);
    }

    void broadcast(FloatBuffer vector, int root) {
        engine.run(new Broadcast(vector, root, chunk(exact), at, exact), link);
    }

    @Override
    public long[] gather(FrameKind kind, long value) {
        AllGather gather = new AllGather(kind, value, at);
        engine.run(gather, link);
        return gather.values();
    }

    /** Returns room for the longest segment of a vector; with two ranks nothing is passed on. */
    private FloatBuffer scratch(int length) {
        int needed = at.worldSize() == 2 ? 0 : new Segments(length, at.worldSize()).longest();
        if (scratch.capacity() < needed) {
            scratch =
                    ByteBuffer.allocateDirect(needed * Float.BYTES)
                            .order(FrameDescriptor.BYTE_ORDER)
                            .asFloatBuffer();
        }
        return scratch;
    }

    /** Returns the floats in a full message. */
    private int chunk(Vectors vectors) {
        return payloadBytes / vectors.floatBytes();
    }
}
