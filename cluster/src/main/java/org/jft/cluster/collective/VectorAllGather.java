package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameKind;
import org.jft.core.topology.Topology;

/**
 * Each rank's segment to all: the second half of {@link AllReduce}, one segment later. In step t (0
 * to N-2) rank r sends segment r - t and receives segment r - t - 1 (mod N); what a step receives
 * the next one sends. Each rank sends about (N-1)/N of the vector.
 */
final class VectorAllGather extends SegmentRelay {
    private final FloatBuffer all;

    /**
     * Prepares a gathering: copies the own segment to its place, as the others will get it.
     *
     * @param own as long as this rank's segment; may be that part of {@code all}
     * @param all from position to limit
     * @param chunk floats in a full message
     */
    VectorAllGather(FloatBuffer own, FloatBuffer all, int chunk, Topology at, Vectors vectors) {
        super(all.remaining(), at.rank(), at.worldSize() - 1, chunk, at, vectors);
        this.all = all;
        int first = all.position() + messages.segments().start(at.rank());
        all.put(first, own, own.position(), own.remaining());
        vectors.round(all, first, own.remaining());
    }

    @Override
    public FrameKind kind() {
        return FrameKind.VECTOR_ALL_GATHER;
    }

    @Override
    public void write(int message, MutableDirectBuffer buffer, int offset) {
        int segment = outgoingSegment(message);
        vectors.write(all, first(segment, message), count(segment, message), buffer, offset);
    }

    @Override
    public void read(int message, DirectBuffer buffer, int offset) {
        int segment = incomingSegment(message);
        vectors.copy(buffer, offset, all, first(segment, message), count(segment, message));
    }

    private int first(int segment, int message) {
        return all.position() + messages.first(segment, message);
    }

    private int count(int segment, int message) {
        return messages.count(segment, message);
    }
}
