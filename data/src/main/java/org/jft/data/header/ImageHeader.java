package org.jft.data.header;

import java.nio.ByteBuffer;

/**
 * What the first bytes of a JPEG, PNG, WebP or BMP say, read without decoding: one image in a large
 * corpus claims 623 megapixels, and asking a decoder would mean allocating them.
 *
 * @param width of the upright image, after {@link Orientation}; 0 when there is a problem
 * @param height of the upright image
 * @param alpha whether pixels may be transparent
 * @param orientation how the stored image has to be turned
 * @param problem why this is no image we read, in a few words; null when it is
 */
public record ImageHeader(
        int width, int height, boolean alpha, Orientation orientation, String problem) {
    private static final long PNG_MAGIC = 0x89504e470d0a1a0aL;
    private static final int RIFF = 0x52494646;
    private static final short BM = 0x424d;
    private static final int WEBP = 0x57454250;

    /** Smaller than any file that holds a pixel, large enough for every fixed header. */
    private static final int SHORTEST_FILE = 30;

    /**
     * Reads a header; never throws.
     *
     * @param encoded position 0 to limit is one file; neither is changed
     */
    public static ImageHeader read(ByteBuffer encoded) {
        ByteBuffer bytes = encoded.duplicate(); // big-endian, whatever the caller's is
        if (bytes.limit() < SHORTEST_FILE) {
            return bad("only %d bytes long".formatted(bytes.limit()));
        }
        if (isJpeg(bytes)) {
            return JpegHeader.read(bytes);
        }
        if (bytes.getLong(0) == PNG_MAGIC) {
            return PngHeader.read(bytes);
        }
        if (bytes.getInt(0) == RIFF && bytes.getInt(8) == WEBP) {
            return WebpHeader.read(bytes);
        }
        if (bytes.getShort(0) == BM) {
            return BmpHeader.read(bytes);
        }
        return bad("neither JPEG nor PNG nor WebP nor BMP");
    }

    /** Returns whether a file that is long enough to be an image begins as a JPEG does. */
    public static boolean isJpeg(ByteBuffer encoded) {
        return (encoded.get(0) & encoded.get(2)) == (byte) 0xff && encoded.get(1) == (byte) 0xd8;
    }

    /** Takes the size as it is stored, before the image is turned upright. */
    static ImageHeader of(int width, int height, boolean alpha, Orientation orientation) {
        if (width <= 0 || height <= 0) {
            return bad("the header says %d x %d pixels".formatted(width, height));
        }
        return orientation.transposes()
                ? new ImageHeader(height, width, alpha, orientation, null)
                : new ImageHeader(width, height, alpha, orientation, null);
    }

    static ImageHeader bad(String problem) {
        return new ImageHeader(0, 0, false, Orientation.UPRIGHT, problem);
    }

    /** Returns width times height. */
    public long pixels() {
        return (long) width * height;
    }

    /** Returns the width of the image as it is stored, before it is turned upright. */
    public int storedWidth() {
        return orientation.transposes() ? height : width;
    }

    /** Returns the height of the image as it is stored. */
    public int storedHeight() {
        return orientation.transposes() ? width : height;
    }
}
