package org.jft.data.header;

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

    /**
     * Encoders write about ten. Each costs a pass over all coefficients, however few bytes it has,
     * so a small file of many scans would hold a decoder for minutes.
     */
    private static final int MAX_SCANS = 100;

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
            if (marker == 0) { // decoders would skip single bytes, and see another file than we
                return ImageHeader.bad("JPEG: no marker at byte %d".formatted(at));
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
                return frame(bytes, at, length, orientation);
            }
            int tiffLength = length - 2 - EXIF_PREFIX_LENGTH;
            if (marker == APP1 && tiffLength > 0 && bytes.getInt(payload) == EXIF) {
                orientation = Orientation.ofTiff(bytes, payload + EXIF_PREFIX_LENGTH, tiffLength);
            }
            at += 2 + length;
        }
        return ImageHeader.bad("JPEG: no frame header");
    }

    private static ImageHeader frame(
            ByteBuffer bytes, int at, int length, Orientation orientation) {
        if (length < 8) {
            return ImageHeader.bad("JPEG: the frame header is too short");
        }
        int bits = bytes.get(at + 4) & 0xff;
        if (bits != 8) {
            return ImageHeader.bad("JPEG: %d bits a channel, only 8 are read".formatted(bits));
        }
        boolean progressive = (bytes.get(at + 1) & 3) == 2; // SOF2, SOF6, SOF10, SOF14
        int components = bytes.get(at + 9) & 0xff;
        int next = at + 2 + length;
        if ((progressive || !firstScanHoldsAll(bytes, next, components))
                && hasManyScans(bytes, next)) {
            return ImageHeader.bad("JPEG: more than %d scans".formatted(MAX_SCANS));
        }
        return ImageHeader.of(
                Short.toUnsignedInt(bytes.getShort(at + 7)),
                Short.toUnsignedInt(bytes.getShort(at + 5)),
                false,
                orientation);
    }

    /** Then a decoder looks at no other; false also where the segments are not understood. */
    private static boolean firstScanHoldsAll(ByteBuffer bytes, int start, int components) {
        int at = start;
        while (at + 5 <= bytes.limit() && (bytes.get(at) & 0xff) == 0xff) {
            if ((bytes.get(at + 1) & 0xff) == START_OF_SCAN) {
                return (bytes.get(at + 4) & 0xff) >= components;
            }
            at += 2 + Math.max(2, Short.toUnsignedInt(bytes.getShort(at + 2)));
        }
        return false;
    }

    /** Counts the marker wherever it stands: never less often than a decoder finds it. */
    private static boolean hasManyScans(ByteBuffer bytes, int start) {
        int scans = 0;
        for (int at = start; at + 1 < bytes.limit() && scans <= MAX_SCANS; at++) {
            if ((bytes.get(at) & 0xff) == 0xff && (bytes.get(at + 1) & 0xff) == START_OF_SCAN) {
                scans++;
            }
        }
        return scans > MAX_SCANS;
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
