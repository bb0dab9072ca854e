package org.jft.cluster.protocol;

import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import com.google.common.base.Utf8;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What a member of a job that changes says about itself, and how far it is. Little-endian:
 *
 * <pre>
 *   0           8     16            then, each after its i32 length, UTF-8: name, host,
 *  +-----------+-----+              fingerprint; then the endpoint
 *  | stepsDone | pid |
 *  | i64       | i64 |
 *  +-----------+-----+
 * </pre>
 *
 * @param name what its launcher calls it, such as "worker 2"; unique in the job
 * @param host name of its host
 * @param pid process id there
 * @param fingerprint of what must be equal on all members, such as a hash of the configuration
 * @param endpoint where it will receive in the generation to come
 * @param stepsDone updates its parameters have seen; {@link #NEWCOMER} when it has none to offer
 */
public record Standing(
        String name, String host, long pid, String fingerprint, Endpoint endpoint, long stepsDone) {
    /** Of a member that needs parameters and optimizer state from a peer. */
    public static final long NEWCOMER = -1;

    private static final int STEPS_DONE_OFFSET = 0;
    private static final int PID_OFFSET = STEPS_DONE_OFFSET + Long.BYTES;
    private static final int NAME_OFFSET = PID_OFFSET + Long.BYTES;

    public Standing {
        for (String text : new String[] {name, host, fingerprint}) {
            if (text.length() > Announcement.MAX_TEXT_LENGTH) {
                throw new IllegalArgumentException(
                        "longer than %d characters: %s"
                                .formatted(Announcement.MAX_TEXT_LENGTH, text));
            }
        }
    }

    /** Returns the bytes that {@link #encode} writes. */
    public int encodedLength() {
        return NAME_OFFSET
                + 3 * Integer.BYTES
                + Utf8.encodedLength(name)
                + Utf8.encodedLength(host)
                + Utf8.encodedLength(fingerprint)
                + endpoint.encodedLength();
    }

    /** Writes this at an offset. */
    public void encode(MutableDirectBuffer buffer, int offset) {
        buffer.putLong(offset + STEPS_DONE_OFFSET, stepsDone, BYTE_ORDER);
        buffer.putLong(offset + PID_OFFSET, pid, BYTE_ORDER);
        int end = offset + NAME_OFFSET;
        end += buffer.putStringUtf8(end, name, BYTE_ORDER);
        end += buffer.putStringUtf8(end, host, BYTE_ORDER);
        end += buffer.putStringUtf8(end, fingerprint, BYTE_ORDER);
        endpoint.encode(buffer, end);
    }

    /** Reads what {@link #encode} wrote. */
    public static Standing decode(DirectBuffer buffer, int offset) {
        int nameAt = offset + NAME_OFFSET;
        int hostAt = behindText(buffer, nameAt);
        int fingerprintAt = behindText(buffer, hostAt);
        int endpointAt = behindText(buffer, fingerprintAt);
        return new Standing(
                buffer.getStringUtf8(nameAt, BYTE_ORDER),
                buffer.getStringUtf8(hostAt, BYTE_ORDER),
                buffer.getLong(offset + PID_OFFSET, BYTE_ORDER),
                buffer.getStringUtf8(fingerprintAt, BYTE_ORDER),
                Endpoint.decode(buffer, endpointAt),
                buffer.getLong(offset + STEPS_DONE_OFFSET, BYTE_ORDER));
    }

    private static int behindText(DirectBuffer buffer, int offset) {
        return offset + Integer.BYTES + buffer.getInt(offset, BYTE_ORDER);
    }

    /** Names the process: "worker 2 (pid 4711 on node7)". */
    @Override
    public String toString() {
        return "%s (pid %d on %s)".formatted(name, pid, host);
    }
}
