package org.jft.data.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/** Encoded images for tests; PNG and JPEG by the JDK's codecs, so that OpenCV has an oracle. */
public final class TestImages {
    private TestImages() {}

    /** A colour as red, green, blue. */
    public static BufferedImage plain(int width, int height, int rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        return image;
    }

    /** Red is the column, green the row, blue a constant; up to 256 x 256. */
    public static BufferedImage coordinates(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, x << 16 | y << 8 | 77);
            }
        }
        return image;
    }

    /** Noise, so that no two pixels agree by chance. */
    public static BufferedImage noise(int width, int height, long seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return image;
    }

    /**
     * Something with the spectrum of a photograph: random values on grids of halving cell and
     * amplitude, interpolated and summed, and a little noise on each pixel.
     */
    static BufferedImage photo(int width, int height, long seed) {
        Random random = new Random(seed);
        float[][] channels = new float[4][width * height]; // red, green, blue, and all of them
        for (int cell = 128; cell >= 4; cell /= 2) {
            for (int c = 0; c < 4; c++) {
                addGrid(channels[c], width, cell, (c == 3 ? 5.5f : 1.8f) * (cell + 8) / 8, random);
            }
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < width * height; i++) {
            int rgb = 0;
            for (int c = 0; c < 3; c++) {
                float value = 128 + channels[c][i] + channels[3][i] + 16 * random.nextFloat();
                rgb = rgb << 8 | Math.max(0, Math.min(255, Math.round(value)));
            }
            image.setRGB(i % width, i / width, rgb);
        }
        return image;
    }

    private static void addGrid(float[] sum, int width, int cell, float amplitude, Random random) {
        int columns = width / cell + 2;
        float[] grid = new float[columns * (sum.length / width / cell + 2)];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = amplitude * (2 * random.nextFloat() - 1);
        }
        for (int i = 0; i < sum.length; i++) {
            int x = i % width;
            int y = i / width;
            int corner = y / cell * columns + x / cell;
            float right = (float) (x % cell) / cell;
            float down = (float) (y % cell) / cell;
            float above = grid[corner] + right * (grid[corner + 1] - grid[corner]);
            float left = grid[corner + columns];
            float below = left + right * (grid[corner + columns + 1] - left);
            sum[i] += above + down * (below - above);
        }
    }

    public static byte[] png(BufferedImage image) {
        return encode(image, "png");
    }

    public static byte[] bmp(BufferedImage image) {
        return encode(image, "bmp");
    }

    public static byte[] jpeg(BufferedImage image) {
        return encode(image, "jpg");
    }

    /** A plain WebP in OpenCV's colour order. */
    static byte[] webp(int width, int height, int type, Scalar bgra, int quality) {
        try (Mat image = new Mat(height, width, type, bgra);
                BytePointer bytes = new BytePointer();
                IntPointer parameters =
                        new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality)) {
            opencv_imgcodecs.imencode(".webp", image, bytes, parameters);
            byte[] copy = new byte[(int) bytes.limit()];
            bytes.get(copy);
            return copy;
        }
    }

    static byte[] lossyWebp(int width, int height) {
        return webp(width, height, opencv_core.CV_8UC3, new Scalar(10, 40, 200, 0), 80);
    }

    /** Left half red, right half green. */
    static byte[] webpHalves(int width, int height) {
        try (Mat image = new Mat(height, width, opencv_core.CV_8UC3, new Scalar(0, 0, 255, 0));
                Mat right = image.colRange(width / 2, width);
                BytePointer bytes = new BytePointer()) {
            right.put(new Scalar(0, 255, 0, 0));
            opencv_imgcodecs.imencode(".webp", image, bytes);
            byte[] copy = new byte[(int) bytes.limit()];
            bytes.get(copy);
            return copy;
        }
    }

    static byte[] losslessWebp(int width, int height) {
        return webp(width, height, opencv_core.CV_8UC3, new Scalar(10, 40, 200, 0), 101);
    }

    static byte[] transparentWebp(int width, int height, int quality) {
        return webp(width, height, opencv_core.CV_8UC4, new Scalar(10, 40, 200, 128), quality);
    }

    /** Puts an EXIF segment with an orientation behind a JPEG's SOI. */
    static byte[] withExif(byte[] jpeg, int orientation) {
        byte[] tiff = tiff(orientation, false);
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + 10 + tiff.length);
        out.put(jpeg, 0, 2).putShort((short) 0xffe1).putShort((short) (8 + tiff.length));
        out.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(tiff);
        return out.put(jpeg, 2, jpeg.length - 2).array();
    }

    /** Puts an eXIf chunk with an orientation before a PNG's IEND; its checksum is right. */
    static byte[] pngWithExif(byte[] png, int orientation) {
        byte[] tiff = tiff(orientation, true);
        int end = png.length - 12;
        ByteBuffer chunk = ByteBuffer.allocate(12 + tiff.length);
        chunk.putInt(tiff.length).putInt(0x65584966).put(tiff);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + tiff.length);
        chunk.putInt((int) crc.getValue());
        ByteBuffer out = ByteBuffer.allocate(png.length + chunk.capacity());
        return out.put(png, 0, end).put(chunk.flip()).put(png, end, 12).array();
    }

    /** Makes a plain lossy WebP an extended one with an EXIF chunk behind its pixels. */
    static byte[] webpWithExif(byte[] webp, int width, int height, int orientation) {
        byte[] tiff = tiff(orientation, true);
        ByteBuffer out = ByteBuffer.allocate(webp.length + 18 + 8 + tiff.length);
        out.order(ByteOrder.LITTLE_ENDIAN).put(webp, 0, 12).putInt(4, out.capacity() - 8);
        out.put("VP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10).putInt(0x08); // has EXIF
        out.put(little24(width - 1)).put(little24(height - 1)).put(webp, 12, webp.length - 12);
        out.put("EXIF".getBytes(StandardCharsets.US_ASCII)).putInt(tiff.length).put(tiff);
        return out.array();
    }

    private static byte[] little24(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
    }

    static byte[] tiff(int orientation, boolean littleEndian) {
        ByteBuffer tiff = ByteBuffer.allocate(8 + 2 + 2 * 12 + 4);
        if (littleEndian) {
            tiff.order(ByteOrder.LITTLE_ENDIAN);
        }
        tiff.put((byte) (littleEndian ? 'I' : 'M')).put((byte) (littleEndian ? 'I' : 'M'));
        tiff.putShort((short) 42).putInt(8).putShort((short) 2);
        tiff.putShort((short) 0x0100).putShort((short) 3).putInt(1).putInt(0); // width, ignored
        tiff.putShort((short) 0x0112).putShort((short) 3).putInt(1);
        tiff.putShort((short) orientation).putShort((short) 0).putInt(0);
        return tiff.array();
    }

    /** A PNG whose header claims any size; nothing behind it is true. */
    public static byte[] pngClaiming(int width, int height) {
        byte[] png = png(plain(1, 1, 0));
        ByteBuffer.wrap(png).putInt(16, width).putInt(20, height);
        return png;
    }

    static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static byte[] encode(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalStateException("the JDK cannot write " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
