package org.jft.cluster.transport;

import org.agrona.MutableDirectBuffer;

/** Fills a claimed frame in place. */
@FunctionalInterface
public interface FrameWriter {
    /**
     * Writes the whole claimed length.
     *
     * @param buffer direct memory; valid only during the call
     * @param offset where the frame starts, a multiple of 4
     */
    void write(MutableDirectBuffer buffer, int offset);
}
