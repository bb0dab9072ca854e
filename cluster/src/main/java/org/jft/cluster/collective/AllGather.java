package org.jft.cluster.collective;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameKind;
import org.jft.core.topology.Topology;

/**
 * One number of each rank to all: in step t (0 to N-2) rank r sends the number of rank r - t and
 * receives that of rank r - t - 1. The last to arrive has passed every other rank, so a rank that
 * is through knows that all have begun: this is also the barrier.
 */
final class AllGather implements Operation {
    private final FrameKind kind;
    private final int rank;
    private final long[] values;

    AllGather(FrameKind kind, long value, Topology at) {
        this.kind = kind;
        this.rank = at.rank();
        values = new long[at.worldSize()];
        values[rank] = value;
    }

    /** Returns the numbers by rank; complete once the operation is. */
    long[] values() {
        return values;
    }

    @Override
    public FrameKind kind() {
        return kind;
    }

    @Override
    public int length() {
        return values.length;
    }

    @Override
    public int receiveCount() {
        return values.length - 1;
    }

    @Override
    public int sendCount() {
        return values.length - 1;
    }

    @Override
    public int sendable(int received) {
        return Math.min(sendCount(), 1 + received);
    }

    @Override
    public boolean predecessorOpens() {
        return true;
    }

    @Override
    public int outgoingBytes(int message) {
        return Long.BYTES;
    }

    @Override
    public int incomingBytes(int message) {
        return Long.BYTES;
    }

    @Override
    public void write(int message, MutableDirectBuffer buffer, int offset) {
        buffer.putLong(
                offset,
                values[Math.floorMod(rank - message, values.length)],
                FrameDescriptor.BYTE_ORDER);
    }

    @Override
    public void read(int message, DirectBuffer buffer, int offset) {
        values[Math.floorMod(rank - message - 1, values.length)] =
                buffer.getLong(offset, FrameDescriptor.BYTE_ORDER);
    }
}
