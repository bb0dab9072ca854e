package org.jft.cluster.protocol;

import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import org.agrona.MutableDirectBuffer;

/**
 * Writes a header field by field, see {@link FrameDescriptor}. One view, wrapped again and again.
 */
public final class FrameEncoder {
    private MutableDirectBuffer buffer;
    private int offset;

    /**
     * Points this view at a frame; all fields must then be set.
     *
     * @param offset of the first header byte
     */
    public FrameEncoder wrap(MutableDirectBuffer buffer, int offset) {
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    public FrameEncoder job(JobToken job) {
        buffer.putLong(offset + FrameDescriptor.JOB_OFFSET, job.value(), BYTE_ORDER);
        return this;
    }

    public FrameEncoder generation(int generation) {
        return putInt(FrameDescriptor.GENERATION_OFFSET, generation);
    }

    public FrameEncoder operation(int operation) {
        return putInt(FrameDescriptor.OPERATION_OFFSET, operation);
    }

    public FrameEncoder kind(FrameKind kind) {
        buffer.putShort(offset + FrameDescriptor.KIND_OFFSET, kind.code(), BYTE_ORDER);
        return this;
    }

    public FrameEncoder sender(int rank) {
        buffer.putShort(offset + FrameDescriptor.SENDER_OFFSET, (short) rank, BYTE_ORDER);
        return this;
    }

    public FrameEncoder length(int elements) {
        return putInt(FrameDescriptor.LENGTH_OFFSET, elements);
    }

    public FrameEncoder message(int index) {
        return putInt(FrameDescriptor.MESSAGE_OFFSET, index);
    }

    public FrameEncoder byteCount(int bytes) {
        return putInt(FrameDescriptor.BYTE_COUNT_OFFSET, bytes);
    }

    private FrameEncoder putInt(int fieldOffset, int value) {
        buffer.putInt(offset + fieldOffset, value, BYTE_ORDER);
        return this;
    }
}
