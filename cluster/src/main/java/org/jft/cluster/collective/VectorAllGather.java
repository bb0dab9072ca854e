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
final class VectorAllGather implements Operation {
    private final FloatBuffer all;
    private final SegmentMessages messages;
    private final int rank;
    private final int worldSize;
    private final Vectors vectors;

    /**
     * Prepares a gathering: copies the own segment to its place, as the others will get it.
     *
     * @param own as long as this rank's segment; may be that part of {@code all}
     * @param all from position to limit
     * @param chunk floats in a full message
     */
    VectorAllGather(FloatBuffer own, FloatBuffer all, int chunk, Topology at, Vectors vectors) {
        this.all = all;
        this.rank = at.rank();
        this.worldSize = at.worldSize();
        this.vectors = vectors;
        Segments segments = new Segments(all.remaining(), worldSize);
        messages = new SegmentMessages(segments, chunk);
        int first = all.position() + segments.start(rank);
        all.put(first, own, own.position(), own.remaining());
        vectors.round(all, first, own.remaining());
    }

    @Override
    public FrameKind kind() {
        return FrameKind.VECTOR_ALL_GATHER;
    }

    @Override
    public int length() {
        return all.remaining();
    }

    @Override
    public int receiveCount() {
        return (worldSize - 1) * messages.perSegment();
    }

    @Override
    public int sendCount() {
        return (worldSize - 1) * messages.perSegment();
    }

    @Override
    public int sendable(int received) {
        return Math.min(sendCount(), messages.perSegment() + received);
    }

    @Override
    public boolean predecessorOpens() {
        return true;
    }

    @Override
    public int outgoingBytes(int message) {
        return vectors.floatBytes() * messages.count(outgoingSegment(message), message);
    }

    @Override
    public int incomingBytes(int message) {
        return vectors.floatBytes() * messages.count(incomingSegment(message), message);
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

    private int outgoingSegment(int message) {
        return Math.floorMod(rank - messages.step(message), worldSize);
    }

    private int incomingSegment(int message) {
        return Math.floorMod(rank - messages.step(message) - 1, worldSize);
    }
}
