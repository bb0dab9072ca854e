package org.jft.cluster.transport;

/** The receiving end of a stream. Never blocks; see {@link Transport} for its thread. */
public interface Inbound extends AutoCloseable {
    /** Returns the rank at the other end. */
    int peer();

    /**
     * Hands over the next frames, in order. An exception of the handler reaches the caller; the
     * frame that caused it counts as received.
     *
     * @param limit most frames to hand over; the rest stay for a later poll
     * @return frames handed over
     */
    int poll(FrameHandler handler, int limit);

    /**
     * Returns whether more may come: the peer is sending, or frames it sent are still to be polled.
     * False before it came, and after it went and everything it sent was polled.
     */
    boolean connected();

    /** Idempotent. */
    @Override
    void close();
}
