package org.jft.data.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Size of an encoded image, read from its header without decoding a pixel: a 600-megapixel file is
 * recognised at the cost of a few bytes. EXIF rotation is not applied.
 */
record ImageHeader(Format format, int width, int height) {
    private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;

    /** What can be stored and decoded. */
    enum Format {
        JPEG,
        PNG,
        WEBP,
        BMP
    }

    /** Returns width times height. */
    long pixels() {
        return (long) width * height;
    }

    static ImageHeader of(byte[] image) throws UnusableImageException {
        ByteBuffer bytes = ByteBuffer.wrap(image);
        try {
            ImageHeader header = parse(bytes);
            if (header.width <= 0 || header.height <= 0) {
                throw new UnusableImageException(
                        "header says %dx%d pixels".formatted(header.width, header.height));
            }
            return header;
        } catch (IndexOutOfBoundsException e) {
            throw new UnusableImageException("truncated within its header", e);
        }
    }

    private static ImageHeader parse(ByteBuffer bytes) throws UnusableImageException {
        if (bytes.limit() == 0) {
            throw new UnusableImageException("empty file");
        }
        if (bytes.limit() >= 8 && bytes.getLong(0) == PNG_SIGNATURE) {
            return png(bytes);
        }
        if ((bytes.getShort(0) & 0xffff) == 0xffd8) {
            return jpeg(bytes);
        }
        if (hasText(bytes, 0, "RIFF") && hasText(bytes, 8, "WEBP")) {
            return webp(bytes.order(ByteOrder.LITTLE_ENDIAN));
        }
        if (hasText(bytes, 0, "BM")) {
            return bmp(bytes.order(ByteOrder.LITTLE_ENDIAN));
        }
        throw new UnusableImageException("not a JPEG, PNG, WebP or BMP file");
    }

    private static boolean hasText(ByteBuffer bytes, int offset, String text) {
        return bytes.limit() >= offset + text.length()
                && new String(bytes.array(), offset, text.length(), ISO_8859_1).equals(text);
    }

    /** Signature, then the IHDR chunk: length, type, width, height. */
    private static ImageHeader png(ByteBuffer bytes) throws UnusableImageException {
        if (!hasText(bytes, 12, "IHDR")) {
            throw new UnusableImageException("a PNG without IHDR");
        }
        return new ImageHeader(Format.PNG, bytes.getInt(16), bytes.getInt(20));
    }

    /** Segments of (0xff, marker, u16 length) until a start of frame, which holds the size. */
    private static ImageHeader jpeg(ByteBuffer bytes) throws UnusableImageException {
        int position = 2;
        while (true) {
            if ((bytes.get(position) & 0xff) != 0xff) {
                throw new UnusableImageException("a JPEG with a broken segment");
            }
            int marker = bytes.get(position + 1) & 0xff;
            if (marker == 0xff) { // fill byte
                position++;
                continue;
            }
            if (marker == 0) { // decoders would skip single bytes, and see another file than we
                throw new UnusableImageException("a JPEG with a broken segment");
            }
            boolean standsAlone = marker == 0x01 || marker >= 0xd0 && marker <= 0xd7;
            if (standsAlone) {
                position += 2;
                continue;
            }
            if (marker == 0xd9 || marker == 0xda) {
                throw new UnusableImageException("a JPEG without a frame header");
            }
            boolean startOfFrame =
                    marker >= 0xc0
                            && marker <= 0xcf
                            && marker != 0xc4
                            && marker != 0xc8
                            && marker != 0xcc;
            if (startOfFrame) {
                int height = bytes.getShort(position + 5) & 0xffff;
                int width = bytes.getShort(position + 7) & 0xffff;
                return new ImageHeader(Format.JPEG, width, height);
            }
            position += 2 + Math.max(2, bytes.getShort(position + 2) & 0xffff);
        }
    }

    private static ImageHeader webp(ByteBuffer bytes) throws UnusableImageException {
        if (hasText(bytes, 12, "VP8X")) { // extended: canvas size minus one, 24 bits each
            int width = (bytes.getInt(24) & 0xffffff) + 1;
            int height = (bytes.getInt(26) >>> 8) + 1;
            return new ImageHeader(Format.WEBP, width, height);
        }
        if (hasText(bytes, 12, "VP8L")) { // lossless: signature byte, then 14 + 14 bits
            int packed = bytes.getInt(21);
            return new ImageHeader(
                    Format.WEBP, (packed & 0x3fff) + 1, (packed >>> 14 & 0x3fff) + 1);
        }
        if (hasText(bytes, 12, "VP8 ")) { // lossy: frame tag, start code, 14 bits each
            return new ImageHeader(
                    Format.WEBP, bytes.getShort(26) & 0x3fff, bytes.getShort(28) & 0x3fff);
        }
        throw new UnusableImageException("a WebP without a VP8 chunk");
    }

    private static ImageHeader bmp(ByteBuffer bytes) {
        boolean os2 = bytes.getInt(14) == 12;
        return os2
                ? new ImageHeader(
                        Format.BMP, bytes.getShort(18) & 0xffff, bytes.getShort(20) & 0xffff)
                : new ImageHeader(Format.BMP, bytes.getInt(18), Math.abs(bytes.getInt(22)));
    }
}
