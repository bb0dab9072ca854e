package org.jft.data.header;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a WebP's first chunk: lossy, lossless or extended (RFC 9649). Little-endian.
 *
 * <pre>
 *   "RIFF" len "WEBP" | "VP8 " len  tag[3] 9d 01 2a  width:14 .. height:14 ..
 *                     | "VP8L" len  2f  width-1:14  height-1:14  alpha:1 ...
 *                     | "VP8X" len  flags[4]  width-1:24  height-1:24 | chunks, one may be "EXIF"
 * </pre>
 */
final class WebpHeader {
    private static final int VP8 = fourCc("VP8 ");
    private static final int VP8L = fourCc("VP8L");
    private static final int VP8X = fourCc("VP8X");
    private static final int EXIF = fourCc("EXIF");
    private static final int RIFF_LENGTH = 4;
    private static final int FIRST_CHUNK = 12;
    private static final int PAYLOAD = FIRST_CHUNK + 8;
    private static final int FLAG_ALPHA = 0x10;
    private static final int MASK_14 = 0x3fff;
    private static final int MASK_24 = 0xffffff;

    private WebpHeader() {}

    static ImageHeader read(ByteBuffer file) {
        ByteBuffer bytes = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (Integer.toUnsignedLong(bytes.getInt(RIFF_LENGTH)) + 8 > bytes.limit()) {
            return ImageHeader.bad("WebP: cut off after %d bytes".formatted(bytes.limit()));
        }
        int type = bytes.getInt(FIRST_CHUNK);
        if (type == VP8) {
            int width = bytes.getShort(PAYLOAD + 6) & MASK_14;
            int height = bytes.getShort(PAYLOAD + 8) & MASK_14;
            return ImageHeader.of(width, height, false, Orientation.UPRIGHT);
        }
        if (type == VP8L) {
            int bits = bytes.getInt(PAYLOAD + 1);
            int width = (bits & MASK_14) + 1;
            int height = (bits >>> 14 & MASK_14) + 1;
            boolean alpha = (bits >>> 28 & 1) != 0;
            return ImageHeader.of(width, height, alpha, Orientation.UPRIGHT);
        }
        if (type == VP8X) {
            int width = (bytes.getInt(PAYLOAD + 4) & MASK_24) + 1;
            int height = (bytes.getInt(PAYLOAD + 6) >>> 8) + 1;
            boolean alpha = (bytes.get(PAYLOAD) & FLAG_ALPHA) != 0;
            return ImageHeader.of(width, height, alpha, orientation(bytes));
        }
        return ImageHeader.bad("WebP: unknown first chunk");
    }

    private static Orientation orientation(ByteBuffer bytes) {
        long at = FIRST_CHUNK;
        while (at + 8 <= bytes.limit()) {
            long length = Integer.toUnsignedLong(bytes.getInt((int) at + 4));
            if (at + 8 + length > bytes.limit()) {
                break; // cut off: the decoder will say so
            }
            if (bytes.getInt((int) at) == EXIF) {
                return Orientation.ofTiff(bytes, (int) at + 8, (int) length);
            }
            at += 8 + length + (length & 1); // chunks are padded to even lengths
        }
        return Orientation.UPRIGHT;
    }

    private static int fourCc(String name) {
        return name.charAt(0) | name.charAt(1) << 8 | name.charAt(2) << 16 | name.charAt(3) << 24;
    }
}
