package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameKind;
import org.jft.core.topology.Topology;

/**
 * One rank's vector travels once around the ring, message by message: the root sends all, every
 * other rank keeps what it receives and passes it on, the root's predecessor only keeps it.
 */
final class Broadcast implements Operation {
    private final FloatBuffer vector;
    private final int base;
    private final int length;
    private final int chunk;
    private final int messages;
    private final boolean root;
    private final boolean last;
    private final boolean predecessorIsRoot;
    private final Vectors vectors;

    /**
     * Prepares a broadcast.
     *
     * @param vector from position to limit
     * @param chunk floats in a full message
     */
    Broadcast(FloatBuffer vector, int rootRank, int chunk, Topology at, Vectors vectors) {
        this.vector = vector;
        this.base = vector.position();
        this.length = vector.remaining();
        this.chunk = chunk;
        this.root = at.rank() == rootRank;
        this.last = at.successor() == rootRank;
        this.predecessorIsRoot = at.predecessor() == rootRank;
        this.vectors = vectors;
        messages = Math.max(1, (int) (((long) length + chunk - 1) / chunk));
    }

    @Override
    public FrameKind kind() {
        return FrameKind.BROADCAST;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int receiveCount() {
        return root ? 0 : messages;
    }

    @Override
    public int sendCount() {
        return last ? 0 : messages;
    }

    @Override
    public int sendable(int received) {
        if (last) {
            return 0;
        }
        return root ? messages : received;
    }

    @Override
    public boolean predecessorOpens() {
        return predecessorIsRoot;
    }

    @Override
    public int outgoingBytes(int message) {
        return Float.BYTES * count(message);
    }

    @Override
    public int incomingBytes(int message) {
        return Float.BYTES * count(message);
    }

    @Override
    public void write(int message, MutableDirectBuffer buffer, int offset) {
        vectors.write(vector, base + message * chunk, count(message), buffer, offset);
    }

    @Override
    public void read(int message, DirectBuffer buffer, int offset) {
        vectors.copy(buffer, offset, vector, base + message * chunk, count(message));
    }

    private int count(int message) {
        return Math.min(chunk, length - message * chunk);
    }
}
