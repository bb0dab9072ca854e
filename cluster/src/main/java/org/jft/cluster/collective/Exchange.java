package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameKind;

/**
 * Two ranks send each other a part of a vector at the same time. What comes in is added to an own
 * part, or is the part. Either may be without a part to send or to receive.
 */
final class Exchange implements Operation {
    private final int length;
    private final FloatBuffer outgoing; // null for none
    private final FloatBuffer addend; // null when what comes in is the result
    private final FloatBuffer incoming; // null for none
    private final boolean peerOpens;
    private final int chunk;
    private final Vectors vectors;

    /**
     * Prepares an exchange.
     *
     * @param length of the whole vector
     * @param outgoing from position to limit; null for none
     * @param addend as long as {@code incoming}, may be the same; null to take what comes
     * @param incoming from position to limit; null for none
     * @param peerOpens whether the peer sends without having to wait for others first
     * @param chunk floats in a full message
     */
    Exchange(
            int length,
            FloatBuffer outgoing,
            FloatBuffer addend,
            FloatBuffer incoming,
            boolean peerOpens,
            int chunk,
            Vectors vectors) {
        this.length = length;
        this.outgoing = outgoing;
        this.addend = addend;
        this.incoming = incoming;
        this.peerOpens = peerOpens;
        this.chunk = chunk;
        this.vectors = vectors;
    }

    @Override
    public FrameKind kind() {
        return FrameKind.ALL_REDUCE;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int receiveCount() {
        return messages(incoming);
    }

    @Override
    public int sendCount() {
        return messages(outgoing);
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
        return vectors.floatBytes() * count(outgoing, message);
    }

    @Override
    public int incomingBytes(int message) {
        return vectors.floatBytes() * count(incoming, message);
    }

    @Override
    public void write(int message, MutableDirectBuffer buffer, int offset) {
        int first = outgoing.position() + message * chunk;
        vectors.write(outgoing, first, count(outgoing, message), buffer, offset);
    }

    @Override
    public void read(int message, DirectBuffer buffer, int offset) {
        int to = incoming.position() + message * chunk;
        int count = count(incoming, message);
        if (addend == null) {
            vectors.copy(buffer, offset, incoming, to, count);
        } else {
            int from = addend.position() + message * chunk;
            vectors.add(buffer, offset, addend, from, incoming, to, count);
        }
    }

    /** At least one for a part, so that ranks which disagree about an empty vector notice. */
    private int messages(FloatBuffer part) {
        return part == null ? 0 : Math.max(1, (part.remaining() + chunk - 1) / chunk);
    }

    private int count(FloatBuffer part, int message) {
        return Math.min(chunk, part.remaining() - message * chunk);
    }
}
