package org.jft.cluster.protocol;

import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import com.google.common.base.Utf8;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What the coordinator tells a member. Little-endian; which fields count depends on the kind:
 *
 * <pre>
 *   0      4            8      12          16      20
 *  +------+------------+------+-----------+-------+--------------------------------------------
 *  | kind | generation | code | worldSize | first | i32 length, then UTF-8: text
 *  | i32  | i32        | i32  | i32       | i32   | or: i32 count, then as often: i32 length, Standing
 *  +------+------------+------+-----------+-------+--------------------------------------------
 * </pre>
 */
public sealed interface MembershipNotice {
    /**
     * Some of the members of a generation that began: all fit no single message.
     *
     * @param self rank of the receiver
     * @param worldSize members of the generation
     * @param first rank of the first member in this part
     * @param members in the order of their ranks
     */
    record Formed(int generation, int self, int worldSize, int first, List<Standing> members)
            implements MembershipNotice {
        public Formed {
            members = List.copyOf(members);
        }
    }

    /**
     * A generation has ended.
     *
     * @param reason one sentence that names who was lost
     */
    record Ended(int generation, String reason) implements MembershipNotice {}

    /** Whether newcomers wait for the receiver's generation to end. */
    record NewcomersWait(boolean present) implements MembershipNotice {}

    /**
     * The receiver is no member, or no longer one.
     *
     * @param code why
     * @param sentence the same, for people
     */
    record Refused(int code, String sentence) implements MembershipNotice {}

    /** The receiver has left. */
    record Left() implements MembershipNotice {}

    /** Bytes before members or text. */
    int HEADER_LENGTH = 5 * Integer.BYTES;

    private static int textLength(String text) {
        return HEADER_LENGTH + Integer.BYTES + Utf8.encodedLength(text);
    }

    /** Writes a notice at an offset. Returns its length. */
    static int encode(MembershipNotice notice, MutableDirectBuffer buffer, int offset) {
        if (notice instanceof Formed formed) {
            header(buffer, offset, 0, formed.generation(), formed.self());
            buffer.putInt(offset + 12, formed.worldSize(), BYTE_ORDER);
            buffer.putInt(offset + 16, formed.first(), BYTE_ORDER);
            buffer.putInt(offset + HEADER_LENGTH, formed.members().size(), BYTE_ORDER);
            int end = offset + HEADER_LENGTH + Integer.BYTES;
            for (Standing member : formed.members()) {
                buffer.putInt(end, member.encodedLength(), BYTE_ORDER);
                member.encode(buffer, end + Integer.BYTES);
                end += Integer.BYTES + member.encodedLength();
            }
            return end - offset;
        }
        if (notice instanceof Ended ended) {
            header(buffer, offset, 1, ended.generation(), 0);
            buffer.putStringUtf8(offset + HEADER_LENGTH, ended.reason(), BYTE_ORDER);
            return textLength(ended.reason());
        }
        if (notice instanceof NewcomersWait newcomers) {
            header(buffer, offset, 2, 0, newcomers.present() ? 1 : 0);
            return HEADER_LENGTH;
        }
        if (notice instanceof Refused refused) {
            header(buffer, offset, 3, 0, refused.code());
            buffer.putStringUtf8(offset + HEADER_LENGTH, refused.sentence(), BYTE_ORDER);
            return textLength(refused.sentence());
        }
        header(buffer, offset, 4, 0, 0);
        return HEADER_LENGTH;
    }

    private static void header(
            MutableDirectBuffer buffer, int offset, int kind, int generation, int code) {
        buffer.putInt(offset, kind, BYTE_ORDER);
        buffer.putInt(offset + 4, generation, BYTE_ORDER);
        buffer.putInt(offset + 8, code, BYTE_ORDER);
        buffer.putInt(offset + 12, 0, BYTE_ORDER);
        buffer.putInt(offset + 16, 0, BYTE_ORDER);
    }

    /** Reads what {@link #encode} wrote. */
    static MembershipNotice decode(DirectBuffer buffer, int offset) {
        int kind = buffer.getInt(offset, BYTE_ORDER);
        int generation = buffer.getInt(offset + 4, BYTE_ORDER);
        int code = buffer.getInt(offset + 8, BYTE_ORDER);
        return switch (kind) {
            case 0 ->
                    new Formed(
                            generation,
                            code,
                            buffer.getInt(offset + 12, BYTE_ORDER),
                            buffer.getInt(offset + 16, BYTE_ORDER),
                            members(buffer, offset + HEADER_LENGTH));
            case 1 -> new Ended(generation, text(buffer, offset));
            case 2 -> new NewcomersWait(code == 1);
            case 3 -> new Refused(code, text(buffer, offset));
            case 4 -> new Left();
            default -> throw new IllegalArgumentException("kind of notice: " + kind);
        };
    }

    private static String text(DirectBuffer buffer, int offset) {
        return buffer.getStringUtf8(offset + HEADER_LENGTH, BYTE_ORDER);
    }

    private static List<Standing> members(DirectBuffer buffer, int offset) {
        List<Standing> members = new ArrayList<>();
        int at = offset + Integer.BYTES;
        for (int i = buffer.getInt(offset, BYTE_ORDER); i > 0; i--) {
            members.add(Standing.decode(buffer, at + Integer.BYTES));
            at += Integer.BYTES + buffer.getInt(at, BYTE_ORDER);
        }
        return members;
    }
}
