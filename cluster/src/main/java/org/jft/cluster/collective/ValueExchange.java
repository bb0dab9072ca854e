package org.jft.cluster.collective;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameKind;

/**
 * Two ranks send each other the numbers of all ranks as far as they know them, 0 for the others;
 * then both know what either knew.
 */
final class ValueExchange implements Operation {
    private final FrameKind kind;
    private final long[] values;
    private final long[] known; // as it was before: what comes in must not go back out
    private final boolean sends;
    private final boolean receives;
    private final boolean peerOpens;
    private final int chunk;

    /**
     * Prepares an exchange.
     *
     * @param values of all ranks; what the peer knows is filled in
     * @param sends whether the peer is to know
     * @param receives whether the peer tells
     * @param peerOpens whether the peer sends without having to wait for others first
     * @param chunk numbers in a full message
     */
    ValueExchange(
            FrameKind kind,
            long[] values,
            boolean sends,
            boolean receives,
            boolean peerOpens,
            int chunk) {
        this.kind = kind;
        this.values = values;
        this.known = values.clone();
        this.sends = sends;
        this.receives = receives;
        this.peerOpens = peerOpens;
        this.chunk = chunk;
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
        return receives ? messages() : 0;
    }

    @Override
    public int sendCount() {
        return sends ? messages() : 0;
    }

    @Override
    public int sendable(int received) {
        return sendCount();
    }

    @Override
    public boolean predecessorOpens() {
        return peerOpens;
    }

    @Override
    public int outgoingBytes(int message) {
        return Long.BYTES * count(message);
    }

    @Override
    public int incomingBytes(int message) {
        return Long.BYTES * count(message);
    }

    @Override
    public void write(int message, MutableDirectBuffer buffer, int offset) {
        for (int i = 0; i < count(message); i++) {
            buffer.putLong(
                    offset + i * Long.BYTES,
                    known[message * chunk + i],
                    FrameDescriptor.BYTE_ORDER);
        }
    }

    @Override
    public void read(int message, DirectBuffer buffer, int offset) {
        for (int i = 0; i < count(message); i++) {
            values[message * chunk + i] |=
                    buffer.getLong(offset + i * Long.BYTES, FrameDescriptor.BYTE_ORDER);
        }
    }

    private int messages() {
        return (values.length + chunk - 1) / chunk;
    }

    private int count(int message) {
        return Math.min(chunk, values.length - message * chunk);
    }
}
