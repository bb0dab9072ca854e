package org.jft.data.ingest;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Small images through ImageIO, which product code does not use: a second opinion. */
final class TestImages {
    private static final int[] TOP = {0xff0000, 0x00ff00};
    private static final int[] BOTTOM = {0x0000ff, 0xffffff};

    private TestImages() {}

    static BufferedImage random(long seed, int width, int height, boolean alpha) {
        Random random = new Random(seed);
        BufferedImage image =
                new BufferedImage(
                        width,
                        height,
                        alpha ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        return image;
    }

    static byte[] encode(BufferedImage image, String format) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException(format);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Noise as WebP; quality 101 is lossless. */
    static byte[] webp(Random random, int width, int height, int channels, int quality) {
        byte[] pixels = new byte[width * height * channels];
        random.nextBytes(pixels);
        Mat mat = new Mat(height, width, opencv_core.CV_8UC(channels));
        mat.data().put(pixels, 0, pixels.length);
        BytePointer out = new BytePointer();
        opencv_imgcodecs.imencode(
                ".webp", mat, out, new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality));
        byte[] bytes = new byte[(int) out.limit()];
        out.get(bytes);
        return bytes;
    }

    static byte[] png(long seed) {
        return encode(random(seed, 9, 7, false), "png");
    }

    static BufferedImage decode(byte[] image) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(image));
    }

    static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    /**
     * Draws what a camera stores that was held as EXIF value {@code tag} says: upright, the image
     * is {@code width} wide and its corners are red, green (top), blue, white (bottom).
     */
    static BufferedImage storedFor(int tag, int width, int height) {
        boolean turned = tag >= 5;
        BufferedImage stored =
                new BufferedImage(
                        turned ? height : width,
                        turned ? width : height,
                        BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int colour = 2 * y < height ? TOP[2 * x / width] : BOTTOM[2 * x / width];
                int right = width - 1 - x;
                int below = height - 1 - y;
                // EXIF 2.3, tag 0x0112: where row 0 and column 0 of the stored image lie
                switch (tag) {
                    case 1 -> stored.setRGB(x, y, colour); // top, left
                    case 2 -> stored.setRGB(right, y, colour); // top, right
                    case 3 -> stored.setRGB(right, below, colour); // bottom, right
                    case 4 -> stored.setRGB(x, below, colour); // bottom, left
                    case 5 -> stored.setRGB(y, x, colour); // left, top
                    case 6 -> stored.setRGB(y, right, colour); // right, top
                    case 7 -> stored.setRGB(below, right, colour); // right, bottom
                    default -> stored.setRGB(below, x, colour); // left, bottom
                }
            }
        }
        return stored;
    }

    /** Names the colours near the corners: two on top, two at the bottom. */
    static String corners(BufferedImage image) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            int x = i % 2 == 0 ? 3 : image.getWidth() - 4;
            int y = i < 2 ? 3 : image.getHeight() - 4;
            Color colour = new Color(image.getRGB(x, y));
            boolean red = colour.getRed() > 127;
            boolean green = colour.getGreen() > 127;
            boolean blue = colour.getBlue() > 127;
            names.append(red && green && blue ? 'W' : red ? 'R' : green ? 'G' : 'B');
        }
        return names.toString();
    }

    /** Encodes with an EXIF orientation: an APP1 segment in a JPEG, an eXIf chunk in a PNG. */
    static byte[] withExif(BufferedImage image, String format, int tag) {
        byte[] encoded = encode(image, format);
        boolean jpeg = format.equals("jpg");
        int at = jpeg ? 2 : encoded.length - 12; // behind SOI, before IEND
        ByteBuffer tiff = ByteBuffer.allocate(26); // header, one entry, no further directory
        tiff.putInt(0x4d4d002a).putInt(8).putShort((short) 1);
        tiff.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) tag);
        ByteBuffer segment = ByteBuffer.allocate(64);
        if (jpeg) {
            segment.putShort((short) 0xffe1).putShort((short) 34);
            segment.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(tiff.array());
        } else {
            segment.putInt(26).put("eXIf".getBytes(StandardCharsets.US_ASCII)).put(tiff.array());
            CRC32 crc = new CRC32();
            crc.update(segment.array(), 4, 30);
            segment.putInt((int) crc.getValue());
        }
        ByteBuffer out = ByteBuffer.allocate(encoded.length + segment.position());
        out.put(encoded, 0, at).put(segment.flip()).put(encoded, at, encoded.length - at);
        return out.array();
    }
}
