package org.jft.cluster.protocol;

import static com.google.common.base.Preconditions.checkArgument;
import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import com.google.common.base.Utf8;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What a rank says about itself before a job starts. Payload of an {@link FrameKind#ANNOUNCE}
 * frame, little-endian:
 *
 * <pre>
 *   0         4      8           12    20              24           24+h          28+h
 *  +---------+------+-----------+-----+---------------+------------+-------------+-------------+
 *  | version | rank | worldSize | pid | hostLength h  | host       | fingerprint | fingerprint |
 *  | i32     | i32  | i32       | i64 | i32           | UTF-8      | Length i32  | UTF-8       |
 *  +---------+------+-----------+-----+---------------+------------+-------------+-------------+
 * </pre>
 *
 * @param version {@link FrameDescriptor#PROTOCOL_VERSION} of the sender
 * @param pid process id on its host
 * @param fingerprint of the configuration: ranks with different ones must not train together
 */
public record Announcement(
        int version, int rank, int worldSize, long pid, String host, String fingerprint) {
    /** Longest host name or fingerprint, in characters; keeps a frame below 1 KB. */
    public static final int MAX_TEXT_LENGTH = 128;

    private static final int VERSION_OFFSET = 0;
    private static final int RANK_OFFSET = VERSION_OFFSET + Integer.BYTES;
    private static final int WORLD_SIZE_OFFSET = RANK_OFFSET + Integer.BYTES;
    private static final int PID_OFFSET = WORLD_SIZE_OFFSET + Integer.BYTES;
    private static final int HOST_OFFSET = PID_OFFSET + Long.BYTES;

    public Announcement {
        checkArgument(
                fingerprint.length() <= MAX_TEXT_LENGTH,
                "fingerprint is longer than %s characters: %s",
                MAX_TEXT_LENGTH,
                fingerprint);
        checkArgument(
                host.length() <= MAX_TEXT_LENGTH,
                "host name is longer than %s characters: %s",
                MAX_TEXT_LENGTH,
                host);
    }

    /** Returns the bytes that {@link #encode} writes. */
    public int encodedLength() {
        return HOST_OFFSET
                + Integer.BYTES
                + Utf8.encodedLength(host)
                + Integer.BYTES
                + Utf8.encodedLength(fingerprint);
    }

    /** Writes this at an offset. */
    public void encode(MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset + VERSION_OFFSET, version, BYTE_ORDER);
        buffer.putInt(offset + RANK_OFFSET, rank, BYTE_ORDER);
        buffer.putInt(offset + WORLD_SIZE_OFFSET, worldSize, BYTE_ORDER);
        buffer.putLong(offset + PID_OFFSET, pid, BYTE_ORDER);
        int end = HOST_OFFSET;
        end += buffer.putStringUtf8(offset + end, host, BYTE_ORDER);
        buffer.putStringUtf8(offset + end, fingerprint, BYTE_ORDER);
    }

    /** Reads what {@link #encode} wrote. */
    public static Announcement decode(DirectBuffer buffer, int offset) {
        int fingerprintOffset =
                HOST_OFFSET + Integer.BYTES + buffer.getInt(offset + HOST_OFFSET, BYTE_ORDER);
        return new Announcement(
                buffer.getInt(offset + VERSION_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + RANK_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + WORLD_SIZE_OFFSET, BYTE_ORDER),
                buffer.getLong(offset + PID_OFFSET, BYTE_ORDER),
                buffer.getStringUtf8(offset + HOST_OFFSET, BYTE_ORDER),
                buffer.getStringUtf8(offset + fingerprintOffset, BYTE_ORDER));
    }

    /** Names the process: "rank 2 (pid 4711 on node7)". */
    @Override
    public String toString() {
        return "rank %d (pid %d on %s)".formatted(rank, pid, host);
    }
}
