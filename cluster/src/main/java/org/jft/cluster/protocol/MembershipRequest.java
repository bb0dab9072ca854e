package org.jft.cluster.protocol;

import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What a member asks of the coordinator. Little-endian:
 *
 * <pre>
 *   0      2         4            8          16          24        28        32    36    40         44
 *  +------+---------+------------+----------+-----------+---------+---------+-----+-----+----------+----------
 *  | kind | version | generation | previous | timeoutMs | suspect | initial | min | max | belowMin | Standing
 *  | i16  | i16     | i32        | i64      | i64       | i32     | i32     | i32 | i32 | i32      |
 *  +------+---------+------------+----------+-----------+---------+---------+-----+-----+----------+----------
 * </pre>
 *
 * The members of a job say how large it is, so the coordinator needs no configuration of its own.
 *
 * @param kind what it asks
 * @param version {@link FrameDescriptor#PROTOCOL_VERSION} of the sender
 * @param generation it was told of last; {@link #NONE} before the first
 * @param previous session under which the coordinator knew it, if it had to connect anew; or {@link
 *     #NONE}
 * @param timeoutMs how long it will wait for members that live but do not regroup
 * @param suspect rank of a peer it could not reach; or {@link #NONE}
 * @param initial workers the job starts with
 * @param min workers it needs
 * @param max workers it takes
 * @param belowMin code of what happens with fewer than min
 * @param standing of the sender
 */
public record MembershipRequest(
        Kind kind,
        int version,
        int generation,
        long previous,
        long timeoutMs,
        int suspect,
        int initial,
        int min,
        int max,
        int belowMin,
        Standing standing) {
    /** Codes are part of the wire format: append, never reorder. */
    public enum Kind {
        /** To join, or to be in the next generation. */
        REGROUP,
        /** To be told again what it may have missed. */
        ASK,
        /** To go without being missed. */
        LEAVE
    }

    /** No generation, session or rank. */
    public static final int NONE = -1;

    private static final Kind[] KINDS = Kind.values();

    private static final int KIND_OFFSET = 0;
    private static final int VERSION_OFFSET = KIND_OFFSET + Short.BYTES;
    private static final int GENERATION_OFFSET = VERSION_OFFSET + Short.BYTES;
    private static final int PREVIOUS_OFFSET = GENERATION_OFFSET + Integer.BYTES;
    private static final int TIMEOUT_OFFSET = PREVIOUS_OFFSET + Long.BYTES;
    private static final int SUSPECT_OFFSET = TIMEOUT_OFFSET + Long.BYTES;
    private static final int INITIAL_OFFSET = SUSPECT_OFFSET + Integer.BYTES;
    private static final int MIN_OFFSET = INITIAL_OFFSET + Integer.BYTES;
    private static final int MAX_OFFSET = MIN_OFFSET + Integer.BYTES;
    private static final int BELOW_MIN_OFFSET = MAX_OFFSET + Integer.BYTES;
    private static final int STANDING_OFFSET = BELOW_MIN_OFFSET + Integer.BYTES;

    /** Returns the same from a process that had another session before. */
    public MembershipRequest resuming(long previousSession) {
        return new MembershipRequest(
                kind,
                version,
                generation,
                previousSession,
                timeoutMs,
                suspect,
                initial,
                min,
                max,
                belowMin,
                standing);
    }

    /** Returns the bytes that {@link #encode} writes. */
    public int encodedLength() {
        return STANDING_OFFSET + standing.encodedLength();
    }

    /** Writes this at an offset. */
    public void encode(MutableDirectBuffer buffer, int offset) {
        buffer.putShort(offset + KIND_OFFSET, (short) kind.ordinal(), BYTE_ORDER);
        buffer.putShort(offset + VERSION_OFFSET, (short) version, BYTE_ORDER);
        buffer.putInt(offset + GENERATION_OFFSET, generation, BYTE_ORDER);
        buffer.putLong(offset + PREVIOUS_OFFSET, previous, BYTE_ORDER);
        buffer.putLong(offset + TIMEOUT_OFFSET, timeoutMs, BYTE_ORDER);
        buffer.putInt(offset + SUSPECT_OFFSET, suspect, BYTE_ORDER);
        buffer.putInt(offset + INITIAL_OFFSET, initial, BYTE_ORDER);
        buffer.putInt(offset + MIN_OFFSET, min, BYTE_ORDER);
        buffer.putInt(offset + MAX_OFFSET, max, BYTE_ORDER);
        buffer.putInt(offset + BELOW_MIN_OFFSET, belowMin, BYTE_ORDER);
        standing.encode(buffer, offset + STANDING_OFFSET);
    }

    /** Returns the version of a request, which stands at the same place in all of them. */
    public static int versionOf(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + VERSION_OFFSET, BYTE_ORDER);
    }

    /** Reads what {@link #encode} wrote. */
    public static MembershipRequest decode(DirectBuffer buffer, int offset) {
        return new MembershipRequest(
                KINDS[buffer.getShort(offset + KIND_OFFSET, BYTE_ORDER)],
                buffer.getShort(offset + VERSION_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + GENERATION_OFFSET, BYTE_ORDER),
                buffer.getLong(offset + PREVIOUS_OFFSET, BYTE_ORDER),
                buffer.getLong(offset + TIMEOUT_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + SUSPECT_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + INITIAL_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + MIN_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + MAX_OFFSET, BYTE_ORDER),
                buffer.getInt(offset + BELOW_MIN_OFFSET, BYTE_ORDER),
                Standing.decode(buffer, offset + STANDING_OFFSET));
    }
}
