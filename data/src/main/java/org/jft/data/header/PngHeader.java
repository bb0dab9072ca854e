package org.jft.data.header;

import java.nio.ByteBuffer;

/**
 * Reads a PNG's first chunk and skips over the others to find transparency, orientation and whether
 * the file is whole (W3C PNG, third edition). The decoder would notice a cut as well, but complains
 * on the terminal, once per image and epoch.
 *
 * <pre>
 *   signature i64 | len i32 "IHDR" width i32 height i32 depth i8 colour i8 ... crc | len type ...
 * </pre>
 */
final class PngHeader {
    private static final int IHDR = 0x49484452;
    private static final int TRNS = 0x74524e53;
    private static final int EXIF = 0x65584966;
    private static final int IEND = 0x49454e44;
    private static final int FIRST_CHUNK = 8;
    private static final int WIDTH = 16;
    private static final int HEIGHT = 20;
    private static final int COLOUR_TYPE = 25;
    private static final int COLOUR_TYPE_ALPHA_BIT = 4;

    /** Length, type and checksum around a chunk's data. */
    private static final int CHUNK_FRAME = 12;

    private PngHeader() {}

    static ImageHeader read(ByteBuffer bytes) {
        if (bytes.getInt(FIRST_CHUNK + 4) != IHDR) {
            return ImageHeader.bad("PNG: the first chunk is not IHDR");
        }
        boolean alpha = (bytes.get(COLOUR_TYPE) & COLOUR_TYPE_ALPHA_BIT) != 0;
        Orientation orientation = Orientation.UPRIGHT;
        int type = IHDR;
        for (long at = FIRST_CHUNK; type != IEND; ) {
            long end = at + CHUNK_FRAME;
            if (end <= bytes.limit()) {
                end += Integer.toUnsignedLong(bytes.getInt((int) at));
            }
            if (end > bytes.limit()) {
                return ImageHeader.bad("PNG: cut off after %d bytes".formatted(bytes.limit()));
            }
            type = bytes.getInt((int) at + 4);
            if (type == TRNS) {
                alpha = true;
            } else if (type == EXIF) {
                int length = (int) (end - at) - CHUNK_FRAME;
                orientation = Orientation.ofTiff(bytes, (int) at + 8, length);
            }
            at = end;
        }
        return ImageHeader.of(bytes.getInt(WIDTH), bytes.getInt(HEIGHT), alpha, orientation);
    }
}
