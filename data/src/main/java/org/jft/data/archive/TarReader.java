package org.jft.data.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.function.Predicate;

/**
 * Lists a tar archive: v7, ustar (POSIX.1-1988), pax (POSIX.1-2001) and GNU. Strict where the
 * contents could come out wrong: header checksums, sizes, sparse files, the end mark.
 *
 * <pre>
 *   header, 512 bytes:  name 0 | ... | size 124 | ... | checksum 148 | type 156 | link name 157 |
 *                       magic 257 | ... | prefix 345 | ... 500
 *   content, padded with zeros to 512 bytes
 *   ... and at the end two blocks of zeros
 * </pre>
 */
public final class TarReader {
    private static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE = 124;
    private static final int NUMBER_LENGTH = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;

    /** Extended headers hold names and the like; a larger one is no such thing. */
    private static final long MAX_EXTENSION_BYTES = 1 << 20;

    private final ForwardFile in;
    private final byte[] header = new byte[BLOCK];
    private PaxHeader extension = PaxHeader.NONE; // for the next member
    private long padding; // of the member before
    private long leftAside;

    public TarReader(ForwardFile in) {
        this.in = in;
    }

    /**
     * A regular file that is wholly there.
     *
     * @param name without a leading "./"
     * @param offset of its first byte in the (decompressed) archive
     * @param content null unless it was asked for
     */
    public record Member(String name, long offset, long length, byte[] content) {}

    /**
     * Returns the next regular file, or null after the last.
     *
     * @param wanted whose content to read; the others are passed over
     * @throws BrokenArchiveException when the archive is cut off or not a tar
     */
    public Member next(Predicate<Member> wanted) throws IOException {
        while (readHeader()) {
            char type = (char) (header[TYPE] & 0xff);
            long size = extension.size() >= 0 ? extension.size() : number(SIZE, NUMBER_LENGTH);
            if (size < 0) {
                throw bad("a size of %d bytes".formatted(size));
            }
            switch (type) {
                case 'x', 'L' -> extend(type, size);
                case 'g', 'K' -> pass(size, "an extended header");
                case '0', '\0', '7' -> {
                    Member member = member(size, wanted);
                    if (member != null) {
                        return member;
                    }
                }
                case '5', 'V' -> passOver(size);
                case '1', '2', '3', '4', '6' -> { // links and devices have no content
                    leftAside++;
                    extension = PaxHeader.NONE;
                }
                default -> throw bad("a member of the unknown or sparse type '%s'".formatted(type));
            }
        }
        return null;
    }

    /** Returns how many links and devices were passed over. */
    public long leftAside() {
        return leftAside;
    }

    /** Reads the next header, or the end mark and returns false. */
    private boolean readHeader() throws IOException {
        in.skip(padding, "padding");
        padding = 0;
        if (!readBlock()) {
            throw new BrokenArchiveException(
                    "ends at byte %,d without a tar's end mark: cut off?".formatted(in.position()));
        }
        if (!isZero()) {
            checkSum();
            return true;
        }
        if (readBlock() && !isZero()) {
            throw bad("a single block of zeros between members");
        }
        return false;
    }

    private boolean readBlock() throws IOException {
        long start = in.position();
        int count = in.read(header, BLOCK);
        if (count > 0 && count < BLOCK) {
            throw new BrokenArchiveException(
                    "cut off within the tar header at byte %,d".formatted(start));
        }
        return count == BLOCK;
    }

    private boolean isZero() {
        for (byte b : header) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** The sum of the header's bytes, its own field taken as blanks. */
    private void checkSum() throws BrokenArchiveException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean own = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
            sum += own ? ' ' : header[i] & 0xff;
        }
        if (sum != number(CHECKSUM, CHECKSUM_LENGTH)) {
            throw bad("no tar header: its checksum does not match");
        }
    }

    private Member member(long size, Predicate<Member> wanted) throws IOException {
        String name = extension.path() != null ? extension.path() : name();
        extension = PaxHeader.NONE;
        if (name.startsWith("./")) { // from "tar -C folder ."
            name = name.substring(2);
        }
        if (name.endsWith("/") || name.isEmpty()) { // how v7 marks a folder
            pass(size, "a folder");
            return null;
        }
        Member member = new Member(name, in.position(), size, null);
        if (wanted.test(member)) {
            byte[] content = in.readAll(Math.toIntExact(size), name);
            member = new Member(name, member.offset, size, content);
        } else {
            in.skip(size, name);
        }
        padding = paddingOf(size);
        return member;
    }

    private void extend(char type, long size) throws IOException {
        if (size > MAX_EXTENSION_BYTES) {
            throw bad("an extended header of %,d bytes".formatted(size));
        }
        byte[] content = in.readAll((int) size, "an extended header");
        padding = paddingOf(size);
        PaxHeader added =
                type == 'x'
                        ? PaxHeader.parse(content)
                        : new PaxHeader(text(content, 0, content.length), -1);
        extension = extension.with(added);
    }

    private void passOver(long size) throws IOException {
        pass(size, "a folder");
        extension = PaxHeader.NONE;
    }

    private void pass(long size, String what) throws IOException {
        in.skip(size, what);
        padding = paddingOf(size);
    }

    private static long paddingOf(long size) {
        return Math.floorMod(-size, (long) BLOCK);
    }

    private String name() {
        String name = text(header, 0, NAME_LENGTH);
        // GNU writes "ustar  " and keeps other things where ustar has the prefix
        boolean ustar = text(header, MAGIC, 6).equals("ustar") && header[MAGIC + 5] == 0;
        String prefix = ustar ? text(header, PREFIX, PREFIX_LENGTH) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** Octal digits between blanks and zeros, or GNU's binary: first bit set, big-endian. */
    private long number(int at, int length) throws BrokenArchiveException {
        if ((header[at] & 0x80) != 0) {
            long value = header[at] & 0x3f; // the second bit is the sign
            for (int i = 1; i < length; i++) {
                if (value >= 1L << 55) {
                    throw bad("a number that is too large");
                }
                value = value << 8 | header[at + i] & 0xff;
            }
            return (header[at] & 0x40) == 0 ? value : -1;
        }
        String digits = text(header, at, length).trim();
        try {
            return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits, 8);
        } catch (NumberFormatException e) {
            throw bad("no tar header: '%s' is not an octal number".formatted(digits));
        }
    }

    /** Text up to the first zero byte. */
    private static String text(byte[] bytes, int at, int length) {
        int end = at;
        while (end < at + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, UTF_8);
    }

    private BrokenArchiveException bad(String what) {
        return new BrokenArchiveException("at byte %,d: %s".formatted(in.position() - BLOCK, what));
    }
}
