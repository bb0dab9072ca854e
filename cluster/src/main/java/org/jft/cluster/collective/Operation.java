package org.jft.cluster.collective;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameKind;

/**
 * One collective operation as this rank sees it: a fixed sequence of messages to its successor and
 * one from its predecessor, both known before it starts. Whatever the timing, message m of a rank
 * is message m of its successor, so a stream needs no tags beyond a running index.
 */
interface Operation {
    FrameKind kind();

    /** Returns the elements of the whole operation, equal on all ranks. */
    int length();

    /** Returns how many messages come in. */
    int receiveCount();

    /** Returns how many messages go out. */
    int sendCount();

    /**
     * Returns how many of the outgoing messages may have been sent once this many have come in:
     * what depends on a message may only follow it. Never falls as {@code received} grows, and is
     * {@link #sendCount()} at the end.
     */
    int sendable(int received);

    /**
     * Returns how many of the incoming messages may be taken once this many have been sent, for an
     * operation that keeps what it has yet to pass on in a place that is soon used again. Never
     * falls as {@code sent} grows, and is {@link #receiveCount()} at the end.
     */
    default int receivable(int sent) {
        return receiveCount();
    }

    /**
     * Returns whether the predecessor sends its first message on its own account. If so, silence
     * means that it has not begun; if not, it may be waiting too.
     */
    boolean predecessorOpens();

    /** Returns the payload bytes of an outgoing message. */
    int outgoingBytes(int message);

    /** Returns the payload bytes of an incoming message. */
    int incomingBytes(int message);

    /** Writes the payload of an outgoing message. */
    void write(int message, MutableDirectBuffer buffer, int offset);

    /** Takes in the payload of an incoming message; called once for each, in order. */
    void read(int message, DirectBuffer buffer, int offset);
}
