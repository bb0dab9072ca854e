package org.jft.cluster.protocol;

import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import org.agrona.DirectBuffer;

/**
 * Reads a header field by field, see {@link FrameDescriptor}. One view, wrapped again and again.
 */
public final class FrameDecoder {
    private DirectBuffer buffer;
    private int offset;
    private int frameLength;

    /**
     * Points this view at a received frame.
     *
     * @param offset of the first header byte
     * @param frameLength bytes received, header included
     */
    public FrameDecoder wrap(DirectBuffer buffer, int offset, int frameLength) {
        this.buffer = buffer;
        this.offset = offset;
        this.frameLength = frameLength;
        return this;
    }

    /** Returns whether the header is complete and counts exactly the bytes that came with it. */
    public boolean wellFormed() {
        return frameLength >= FrameDescriptor.HEADER_LENGTH
                && byteCount() == frameLength - FrameDescriptor.HEADER_LENGTH
                && kind() != null;
    }

    /** Returns whether the frame is of this job. */
    public boolean isOf(JobToken job) {
        return buffer.getLong(offset + FrameDescriptor.JOB_OFFSET, BYTE_ORDER) == job.value();
    }

    public int generation() {
        return getInt(FrameDescriptor.GENERATION_OFFSET);
    }

    public int operation() {
        return getInt(FrameDescriptor.OPERATION_OFFSET);
    }

    /** Returns the kind, or null when this version knows none with that code. */
    public FrameKind kind() {
        return FrameKind.of(buffer.getShort(offset + FrameDescriptor.KIND_OFFSET, BYTE_ORDER));
    }

    public int sender() {
        return buffer.getShort(offset + FrameDescriptor.SENDER_OFFSET, BYTE_ORDER);
    }

    public int length() {
        return getInt(FrameDescriptor.LENGTH_OFFSET);
    }

    public int message() {
        return getInt(FrameDescriptor.MESSAGE_OFFSET);
    }

    public int byteCount() {
        return getInt(FrameDescriptor.BYTE_COUNT_OFFSET);
    }

    /** Returns where the payload starts in the wrapped buffer. */
    public int payloadOffset() {
        return offset + FrameDescriptor.HEADER_LENGTH;
    }

    private int getInt(int fieldOffset) {
        return buffer.getInt(offset + fieldOffset, BYTE_ORDER);
    }
}
