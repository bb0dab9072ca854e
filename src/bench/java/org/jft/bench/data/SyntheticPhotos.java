package org.jft.bench.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * JPEGs of the density of ImageNet's: 4:2:0, quality 0.9. Random values on grids of halving cell
 * and amplitude, interpolated and summed, give the falling spectrum of photographs; a little noise
 * on each pixel stands for the sensor's.
 */
final class SyntheticPhotos {
    private static final float QUALITY = 0.9f;
    private static final int LARGEST_CELL = 128;
    private static final int SMALLEST_CELL = 4;
    private static final float GREY = 128;
    private static final float LARGEST_AMPLITUDE = 70;
    private static final float FALL = 0.72f; // of amplitude from one grid to the next
    private static final float SENSOR_NOISE = 13;

    private final int width;
    private final int height;

    private SyntheticPhotos(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /** Draws {@code count} files; equal seeds draw equal bytes. */
    static List<byte[]> draw(int count, int width, int height, long seed) {
        SyntheticPhotos size = new SyntheticPhotos(width, height);
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(encode(size.picture(new SplittableRandom(seed + i))));
        }
        return files;
    }

    private BufferedImage picture(SplittableRandom random) {
        float[][] channels = new float[3][];
        float[] brightness = layers(random, LARGEST_AMPLITUDE);
        for (int c = 0; c < 3; c++) {
            channels[c] = layers(random, LARGEST_AMPLITUDE / 3);
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            int rgb = 0;
            for (float[] channel : channels) {
                float noise = SENSOR_NOISE * (2 * (float) random.nextDouble() - 1);
                int value = Math.round(GREY + brightness[i] + channel[i] + noise);
                rgb = rgb << 8 | Math.max(0, Math.min(255, value));
            }
            image.setRGB(i % width, i / width, rgb);
        }
        return image;
    }

    /** Returns the sum of the grids, [height, width]. */
    private float[] layers(SplittableRandom random, float largest) {
        float[] sum = new float[width * height];
        float amplitude = largest;
        for (int cell = LARGEST_CELL; cell >= SMALLEST_CELL; cell /= 2) {
            add(sum, cell, amplitude, random);
            amplitude *= FALL;
        }
        return sum;
    }

    private void add(float[] sum, int cell, float amplitude, SplittableRandom random) {
        int columns = width / cell + 2;
        float[] grid = new float[columns * (height / cell + 2)];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = amplitude * (2 * (float) random.nextDouble() - 1);
        }
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int corner = y / cell * columns + x / cell;
                float right = (float) (x % cell) / cell;
                float down = (float) (y % cell) / cell;
                float above = grid[corner] + right * (grid[corner + 1] - grid[corner]);
                float left = grid[corner + columns];
                float below = left + right * (grid[corner + columns + 1] - left);
                sum[y * width + x] += above + down * (below - above);
            }
        }
    }

    private static byte[] encode(BufferedImage image) {
        ImageWriter writer =
                ImageIO.getImageWriters(ImageTypeSpecifier.createFromRenderedImage(image), "jpeg")
                        .next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
