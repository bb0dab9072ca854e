package org.jft.data.image;

import java.nio.ByteBuffer;

/**
 * Reads a PNG's first chunk and skips over the others to find transparency and orientation (W3C
 * PNG, third edition).
 *
 * <pre>
 *   signature i64 | len i32 "IHDR" width i32 height i32 depth i8 colour i8 ... crc | len type ...
 * </pre>
 */
final class PngHeader {
    private static final int IHDR = 0x49484452;
    private static final int TRNS = 0x74524e53;
    private static final int EXIF = 0x65584966;
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
        long at = FIRST_CHUNK;
        while (at + CHUNK_FRAME <= bytes.limit()) {
            long length = Integer.toUnsignedLong(bytes.getInt((int) at));
            int type = bytes.getInt((int) at + 4);
            if (at + CHUNK_FRAME + length > bytes.limit()) {
                break; // cut off: the decoder will say so
            }
            if (type == TRNS) {
                alpha = true;
            } else if (type == EXIF) {
                orientation = Orientation.ofTiff(bytes, (int) at + 8, (int) length);
            }
            at += CHUNK_FRAME + length;
        }
        return ImageHeader.of(bytes.getInt(WIDTH), bytes.getInt(HEIGHT), alpha, orientation);
    }
}
