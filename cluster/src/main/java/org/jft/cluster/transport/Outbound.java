package org.jft.cluster.transport;

import java.util.Optional;

/** The sending end of a stream to one peer. Never blocks; see {@link Transport} for its thread. */
public interface Outbound extends AutoCloseable {
    /** Returns the rank at the other end. */
    int peer();

    /** Returns the longest frame in bytes that {@link #offer} takes. */
    int maxFrameLength();

    /**
     * Claims room for one frame, has it written in place and sends it. When the writer throws,
     * nothing is sent.
     *
     * @param length bytes of the frame, at most {@link #maxFrameLength()}
     * @return false when there is no room now or the peer is not there: receive, then offer again
     */
    boolean offer(int length, FrameWriter writer);

    /**
     * Pushes on what {@link #offer} took and the operating system has not yet.
     *
     * @return whether nothing is left, or the peer is gone; a shared memory has nothing to push
     */
    default boolean flush() {
        return true;
    }

    /** Returns whether the peer is receiving. False before it came and after it went. */
    boolean connected();

    /** Returns why the peer is not connected, as far as that is known: the end of a sentence. */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /** Idempotent. What was sent can still be received. */
    @Override
    void close();
}
