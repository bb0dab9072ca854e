package org.jft.data.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Lists a TFRecord file, little-endian. Both checksums are checked.
 *
 * <pre>
 *   | length u64 | masked CRC-32C of length u32 | data | masked CRC-32C of data u32 | ...
 *   masked(c) = rotate right(c, 15) + 0xa282ead8
 * </pre>
 */
public final class TfRecordReader {
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int CHECKSUM_BYTES = Integer.BYTES;
    private static final int HEADER_BYTES = LENGTH_BYTES + CHECKSUM_BYTES;
    private static final int MASK_DELTA = 0xa282ead8;

    private final ForwardFile in;
    private final int maxBytes;
    private final byte[] header = new byte[HEADER_BYTES];

    /** Reads records of up to {@code maxBytes}; larger ones are passed over. */
    public TfRecordReader(ForwardFile in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /**
     * A record.
     *
     * @param offset of the first byte of its data in the (decompressed) file
     * @param data null when there is a problem
     * @param problem why this record, but none after it, cannot be used; else null
     */
    public record Entry(long offset, byte[] data, String problem) {}

    /**
     * Returns the next record, or null after the last.
     *
     * @throws BrokenArchiveException when no more records can be found: the file is cut off, or a
     *     length is wrong
     */
    public Entry next() throws IOException {
        long start = in.position();
        int count = in.read(header, HEADER_BYTES);
        if (count == 0) {
            return null;
        }
        String what = "the record at byte %,d".formatted(start);
        if (count < HEADER_BYTES) {
            throw new BrokenArchiveException("cut off within " + what);
        }
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        long length = fields.getLong(0);
        if (masked(header, LENGTH_BYTES) != fields.getInt(LENGTH_BYTES)) {
            throw new BrokenArchiveException(
                    what + ": the checksum of its length does not match; not a TFRecord file?");
        }
        if (length < 0 || length > maxBytes) {
            in.skip(length < 0 ? Long.MAX_VALUE : length, what);
            in.skip(CHECKSUM_BYTES, what);
            return new Entry(
                    start + HEADER_BYTES,
                    null,
                    "%s has %,d bytes, above the limit of %,d".formatted(what, length, maxBytes));
        }
        byte[] data = in.readAll((int) length, what);
        int expected =
                ByteBuffer.wrap(in.readAll(CHECKSUM_BYTES, what))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt();
        return masked(data, data.length) == expected
                ? new Entry(start + HEADER_BYTES, data, null)
                : new Entry(start + HEADER_BYTES, null, what + ": its checksum does not match");
    }

    private static int masked(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}
