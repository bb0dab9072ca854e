package org.jft.cluster.protocol;

import java.nio.ByteOrder;

/**
 * The header before every payload on the wire. Little-endian; offsets and lengths in bytes.
 *
 * <pre>
 *   0           8            12          16      18       20        24         28           32
 *  +-----------+------------+-----------+-------+--------+---------+----------+------------+---------
 *  | job       | generation | operation | kind  | sender | length  | message  | byteCount  | payload
 *  | i64       | i32        | i32       | i16   | i16    | i32     | i32      | i32        |
 *  +-----------+------------+-----------+-------+--------+---------+----------+------------+---------
 * </pre>
 *
 * <ul>
 *   <li>job: {@link JobToken#value()}; a frame of another job is dropped, so a process that
 *       outlived its job cannot reach into the next one
 *   <li>generation: which membership of the job this is; 0 until members can change. A frame of
 *       another generation is dropped
 *   <li>operation: how many collective operations came before this one; compared for equality only,
 *       so it may wrap
 *   <li>kind: {@link FrameKind#code()}
 *   <li>sender: the rank that wrote this frame
 *   <li>length: elements of the whole operation, equal on all ranks or they do not run the same
 *       program
 *   <li>message: 0-based index of this frame in the operation's fixed sequence
 *   <li>byteCount: bytes of payload that follow; may be 0
 * </ul>
 */
public final class FrameDescriptor {
    /** Written into every {@link Announcement}; changes whenever a layout here does. */
    public static final int PROTOCOL_VERSION = 3;

    /** Byte order of every field. Float payloads travel in it too, so a host must share it. */
    public static final ByteOrder BYTE_ORDER = ByteOrder.LITTLE_ENDIAN;

    static final int JOB_OFFSET = 0;
    static final int GENERATION_OFFSET = JOB_OFFSET + Long.BYTES;
    static final int OPERATION_OFFSET = GENERATION_OFFSET + Integer.BYTES;
    static final int KIND_OFFSET = OPERATION_OFFSET + Integer.BYTES;
    static final int SENDER_OFFSET = KIND_OFFSET + Short.BYTES;
    static final int LENGTH_OFFSET = SENDER_OFFSET + Short.BYTES;
    static final int MESSAGE_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    static final int BYTE_COUNT_OFFSET = MESSAGE_OFFSET + Integer.BYTES;

    /** Where the payload starts, from the start of the frame. */
    public static final int HEADER_LENGTH = BYTE_COUNT_OFFSET + Integer.BYTES;

    private FrameDescriptor() {}
}
