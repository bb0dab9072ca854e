package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameKind;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.Inbound;
import org.jft.cluster.transport.Lane;
import org.jft.cluster.transport.Outbound;
import org.jft.cluster.transport.Transport;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

/**
 * The collectives over a ring of bulk streams: cuts vectors into messages, the engine moves them.
 */
final class RingCollective implements Collective {
    private final Transport transport;
    private final Topology topology;
    private final int payloadBytes;
    private final Vectors wire;
    private final Vectors exact;
    private final RingEngine engine;
    private FloatBuffer scratch = FloatBuffer.allocate(0);

    RingCollective(
            Transport transport,
            Topology at,
            JobToken job,
            Generation generation,
            Wire wire,
            Duration timeout) {
        this.transport = transport;
        this.topology = at;
        Inbound in = transport.inbound(at.predecessor(), Lane.BULK);
        Outbound out = transport.outbound(at.successor(), Lane.BULK);
        payloadBytes = out.maxFrameLength() - FrameDescriptor.HEADER_LENGTH;
        this.wire = Vectors.of(wire);
        exact = Vectors.of(Wire.FLOAT32);
        engine = new RingEngine(at, in, out, job, generation, timeout);
    }

    @Override
    public Topology topology() {
        return topology;
    }

    @Override
    public void allReduce(FloatBuffer source, FloatBuffer sum) {
        Vectors.check(source, sum);
        engine.run(new AllReduce(source, sum, chunk(wire), topology, wire));
    }

    @Override
    public void reduceScatter(FloatBuffer source, FloatBuffer own) {
        Vectors.checkSegment(own, source, topology);
        Vectors.check(own);
        FloatBuffer partial = scratch(source.remaining());
        engine.run(new ReduceScatter(source, own, partial, chunk(wire), topology, wire));
    }

    @Override
    public void allGather(FloatBuffer own, FloatBuffer all) {
        Vectors.checkSegment(own, all, topology);
        Vectors.check(all);
        engine.run(new VectorAllGather(own, all, chunk(exact), topology, exact));
    }

    @Override
    public void broadcast(FloatBuffer vector, int root) {
        Vectors.check(vector);
        checkArgument(
                0 <= root && root < topology.worldSize(),
                "root out of range: root=%s, worldSize=%s",
                root,
                topology.worldSize());
        engine.run(new Broadcast(vector, root, chunk(exact), topology, exact));
    }

    @Override
    public long[] allGather(long value) {
        AllGather gather = new AllGather(FrameKind.ALL_GATHER, value, topology);
        engine.run(gather);
        return gather.values();
    }

    @Override
    public void barrier() {
        engine.run(new AllGather(FrameKind.BARRIER, 0, topology));
    }

    @Override
    public void setTimeout(Duration timeout) {
        engine.setTimeout(timeout);
    }

    @Override
    public void close() {
        transport.close();
    }

    /** Returns room for the longest segment of a vector; with two ranks nothing is passed on. */
    private FloatBuffer scratch(int length) {
        int needed =
                topology.worldSize() == 2
                        ? 0
                        : new Segments(length, topology.worldSize()).longest();
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
