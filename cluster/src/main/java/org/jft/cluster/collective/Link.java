package org.jft.cluster.collective;

import org.jft.cluster.transport.Inbound;
import org.jft.cluster.transport.Outbound;

/**
 * What an operation runs over: a stream from one peer and a stream to one, who may be the same. Two
 * links may share a stream. Remembers whether the peers were ever there: one that has yet to come
 * is not lost.
 */
final class Link {
    /** Received and sent in turns of about so much, so that what was received is sent warm. */
    private static final int TURN_BYTES = 128 << 10;

    private final Inbound in;
    private final Outbound out;
    private final int framesPerTurn;
    private boolean inWasConnected;
    private boolean outWasConnected;

    Link(Inbound in, Outbound out) {
        this.in = in;
        this.out = out;
        framesPerTurn = Math.max(1, TURN_BYTES / out.maxFrameLength());
    }

    Inbound in() {
        return in;
    }

    Outbound out() {
        return out;
    }

    /** Returns how many frames to receive, and to send, before it is the other's turn. */
    int framesPerTurn() {
        return framesPerTurn;
    }

    /** Returns whether both streams are with one peer. */
    boolean isPair() {
        return in.peer() == out.peer();
    }

    /** Something came in. */
    void received() {
        inWasConnected = true;
    }

    /** Something went out. */
    void sent() {
        outWasConnected = true;
    }

    /** Returns whether the sender was there and is gone. */
    boolean lostIn() {
        boolean connected = in.connected();
        boolean lost = inWasConnected && !connected;
        inWasConnected |= connected;
        return lost;
    }

    /** Returns whether the receiver was there and is gone. */
    boolean lostOut() {
        boolean connected = out.connected();
        boolean lost = outWasConnected && !connected;
        outWasConnected |= connected;
        return lost;
    }

    /** Returns whether the receiver was ever there. */
    boolean outWasConnected() {
        return outWasConnected;
    }
}
