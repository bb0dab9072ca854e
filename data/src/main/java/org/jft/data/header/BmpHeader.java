package org.jft.data.header;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a Windows bitmap's headers and whether all its rows are there. Little-endian.
 *
 * <pre>
 *   "BM" len[4] reserved[4] pixels-at[4] | 40.. width height(up: positive) planes bits compression ..
 *                                        | 12   width:16 height:16 planes bits
 * </pre>
 */
final class BmpHeader {
    private static final int PIXELS_AT = 10;
    private static final int INFO = 14;
    private static final int OS2_LENGTH = 12;
    private static final int RUN_LENGTHS_8 = 1;
    private static final int RUN_LENGTHS_4 = 2;

    private BmpHeader() {}

    static ImageHeader read(ByteBuffer file) {
        ByteBuffer bytes = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt(INFO) == OS2_LENGTH) {
            int width = Short.toUnsignedInt(bytes.getShort(INFO + 4));
            int height = Short.toUnsignedInt(bytes.getShort(INFO + 6));
            return of(bytes, width, height, bytes.getShort(INFO + 10), 0);
        }
        if (bytes.limit() < INFO + 20) {
            return ImageHeader.bad("BMP: cut off after %d bytes".formatted(bytes.limit()));
        }
        return of(
                bytes,
                bytes.getInt(INFO + 4),
                Math.abs(bytes.getInt(INFO + 8)),
                bytes.getShort(INFO + 14),
                bytes.getInt(INFO + 16));
    }

    private static ImageHeader of(
            ByteBuffer bytes, int width, int height, int bits, int compression) {
        long row = ((long) width * bits + 31) / 32 * 4; // rows are padded to four bytes
        long end = Integer.toUnsignedLong(bytes.getInt(PIXELS_AT)) + row * height;
        boolean bare = compression != RUN_LENGTHS_8 && compression != RUN_LENGTHS_4;
        if (bare && width > 0 && height > 0 && end > bytes.limit()) {
            return ImageHeader.bad("BMP: cut off after %d bytes".formatted(bytes.limit()));
        }
        return ImageHeader.of(width, height, false, Orientation.UPRIGHT);
    }
}
