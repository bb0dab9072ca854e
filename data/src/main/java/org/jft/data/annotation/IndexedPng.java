package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jft.data.header.ImageHeader;

/**
 * Numbers of 0..255 as a PNG: gray, or with a palette, whose colours are for the eye. Not a decoder
 * of pictures.
 *
 * @param values [height, width], row by row, unsigned
 */
public record IndexedPng(int width, int height, byte[] values) {
    private static final long MAX_PIXELS = 50_000_000;

    public IndexedPng {
        checkArgument(
                values.length == width * height,
                "%s values for %sx%s pixels",
                values.length,
                width,
                height);
    }

    /**
     * Reads numbers.
     *
     * @throws IllegalArgumentException when it is no PNG of one channel of at most 8 bits
     */
    public static IndexedPng decode(byte[] png) {
        ImageHeader header = ImageHeader.read(ByteBuffer.wrap(png));
        checkArgument(header.problem() == null, "not a PNG: %s", header.problem());
        checkArgument(
                header.pixels() <= MAX_PIXELS,
                "a mask of %sx%s pixels",
                header.width(),
                header.height());
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (MemoryCacheImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(png))) {
            reader.setInput(in);
            BufferedImage image = reader.read(0);
            checkArgument(
                    image.getRaster().getNumBands() == 1
                            && image.getSampleModel().getSampleSize(0) <= Byte.SIZE,
                    "a mask has one channel of 8 bits, not %s of %s",
                    image.getRaster().getNumBands(),
                    image.getSampleModel().getSampleSize(0));
            int[] samples =
                    image.getRaster()
                            .getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
            byte[] values = new byte[samples.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (byte) samples[i];
            }
            return new IndexedPng(image.getWidth(), image.getHeight(), values);
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a broken PNG: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    /** Returns a gray PNG. */
    public byte[] encode() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        System.arraycopy(values, 0, pixels, 0, values.length);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(png)) {
            writer.setOutput(out);
            writer.write(image);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        } finally {
            writer.dispose();
        }
        return png.toByteArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IndexedPng png
                && png.width == width
                && Arrays.equals(png.values, values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
