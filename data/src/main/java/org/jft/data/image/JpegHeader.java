package org.jft.data.image;

import java.nio.ByteBuffer;

/**
 * Walks a JPEG's segments up to the frame header (ITU T.81, annex B).
 *
 * <pre>
 *   FF D8 | FF E1 len "Exif\0\0" TIFF... | FF xx len ... | FF C0 len precision height width ...
 * </pre>
 */
final class JpegHeader {
    private static final int APP1 = 0xe1;
    private static final int START_OF_SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int EXIF = 0x45786966;
    private static final int EXIF_PREFIX_LENGTH = 6;

    private JpegHeader() {}

    static ImageHeader read(ByteBuffer bytes) {
        Orientation orientation = Orientation.UPRIGHT;
        int at = 2;
        while (at + 4 <= bytes.limit()) {
            if ((bytes.get(at) & 0xff) != 0xff) {
                return ImageHeader.bad("JPEG: no marker at byte %d".formatted(at));
            }
            int marker = bytes.get(at + 1) & 0xff;
            if (marker == 0xff) { // fill byte
                at++;
                continue;
            }
            if (standsAlone(marker)) {
                at += 2;
                continue;
            }
            if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                break;
            }
            int length = Short.toUnsignedInt(bytes.getShort(at + 2));
            int payload = at + 4;
            if (length < 2 || at + 2 + length > bytes.limit()) {
                return ImageHeader.bad("JPEG: the segment at byte %d is cut off".formatted(at));
            }
            if (isFrame(marker)) {
                return length < 8
                        ? ImageHeader.bad("JPEG: the frame header is too short")
                        : ImageHeader.of(
                                Short.toUnsignedInt(bytes.getShort(payload + 3)),
                                Short.toUnsignedInt(bytes.getShort(payload + 1)),
                                false,
                                orientation);
            }
            int tiffLength = length - 2 - EXIF_PREFIX_LENGTH;
            if (marker == APP1 && tiffLength > 0 && bytes.getInt(payload) == EXIF) {
                orientation = Orientation.ofTiff(bytes, payload + EXIF_PREFIX_LENGTH, tiffLength);
            }
            at += 2 + length;
        }
        return ImageHeader.bad("JPEG: no frame header");
    }

    /** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
    private static boolean isFrame(int marker) {
        return marker >= 0xc0
                && marker <= 0xcf
                && marker != 0xc4
                && marker != 0xc8
                && marker != 0xcc;
    }

    /** TEM, RST0..RST7 and a repeated SOI have no length. */
    private static boolean standsAlone(int marker) {
        return marker == 0x01 || marker >= 0xd0 && marker <= 0xd8;
    }
}
