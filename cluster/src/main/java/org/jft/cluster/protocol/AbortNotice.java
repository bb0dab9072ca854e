package org.jft.cluster.protocol;

import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import com.google.common.base.Utf8;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Why a rank gave up, passed on around the ring so that all ranks name the same culprit. Payload of
 * an {@link FrameKind#ABORT} frame, little-endian:
 *
 * <pre>
 *   0         4          8                12
 *  +---------+----------+----------------+--------+
 *  | culprit | reporter | reasonLength   | reason |
 *  | i32     | i32      | i32            | UTF-8  |
 *  +---------+----------+----------------+--------+
 * </pre>
 *
 * @param culprit the rank that failed, as far as the reporter can tell
 * @param reporter the rank that noticed first
 * @param reason one sentence
 */
public record AbortNotice(int culprit, int reporter, String reason) {
    private static final int CULPRIT_OFFSET = 0;
    private static final int REPORTER_OFFSET = CULPRIT_OFFSET + Integer.BYTES;
    private static final int REASON_OFFSET = REPORTER_OFFSET + Integer.BYTES;
    private static final int MAX_REASON_LENGTH = 512;

    public AbortNotice {
        reason =
                reason.length() <= MAX_REASON_LENGTH
                        ? reason
                        : reason.substring(0, MAX_REASON_LENGTH);
    }

    /** Returns the bytes that {@link #encode} writes. */
    public int encodedLength() {
        return REASON_OFFSET + Integer.BYTES + Utf8.encodedLength(reason);
    }

    public void encode(MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset + CULPRIT_OFFSET, culprit, BYTE_ORDER);
        buffer.putInt(offset + REPORTER_OFFSET, reporter, BYTE_ORDER);
        buffer.putStringUtf8(offset + REASON_OFFSET, reason, BYTE_ORDER);
    }

    /** Reads what {@link #encode} wrote. */
    public static AbortNotice decode(DirectBuffer buffer, int offset) {
        return new AbortNotice(
                buffer.getInt(offset + CULPRIT_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + REPORTER_OFFSET, BYTE_ORDER),
                buffer.getStringUtf8(offset + REASON_OFFSET, BYTE_ORDER));
    }
}
