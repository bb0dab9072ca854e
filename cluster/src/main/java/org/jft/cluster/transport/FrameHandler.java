package org.jft.cluster.transport;

import org.agrona.DirectBuffer;

/** Takes a received frame in place. */
@FunctionalInterface
public interface FrameHandler {
    /**
     * Reads a frame.
     *
     * @param buffer direct memory; valid only during the call
     * @param offset where the frame starts, a multiple of 4
     * @param length bytes of the frame
     */
    void onFrame(DirectBuffer buffer, int offset, int length);
}
