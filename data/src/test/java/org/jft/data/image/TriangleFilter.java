package org.jft.data.image;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;

/**
 * The oracle of resizing: bilinear with antialiasing as Pillow defines it, in double precision, one
 * axis at a time, straight from the definition. Images are [height][width][RGB].
 */
final class TriangleFilter {
    private TriangleFilter() {}

    /** Returns an image of the JDK's decoders as it is stored. */
    static double[][][] pixels(BufferedImage image) {
        double[][][] pixels = new double[image.getHeight()][image.getWidth()][3];
        boolean grey = image.getRaster().getNumBands() == 1;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                for (int c = 0; c < 3; c++) {
                    // getRGB would put a gamma on grey
                    pixels[y][x][c] =
                            grey
                                    ? image.getRaster().getSample(x, y, 0)
                                    : image.getRGB(x, y) >> (16 - 8 * c) & 0xff;
                }
            }
        }
        return pixels;
    }

    /** Returns what an image transform should: box, resize, cut, mirrored or not. */
    static double[][][] frame(double[][][] pixels, Framing framing, int size) {
        double[][][] box = new double[framing.height()][framing.width()][];
        for (int y = 0; y < box.length; y++) {
            for (int x = 0; x < framing.width(); x++) {
                box[y][x] = pixels[framing.top() + y][framing.left() + x];
            }
        }
        double[][][] narrow = transposed(resizeRows(box, framing.resize()));
        double[][][] square = transposed(resizeRows(narrow, framing.resize()));
        double[][][] cut = new double[size][size][];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int column = framing.mirrored() ? size - 1 - x : x;
                cut[y][x] = square[framing.cutTop() + y][framing.cutLeft() + column];
            }
        }
        return cut;
    }

    /** Returns the mean absolute difference of a square in a buffer, over pixels and channels. */
    static double difference(double[][][] expected, ByteBuffer actual) {
        double sum = 0;
        int at = 0;
        for (double[][] row : expected) {
            for (double[] pixel : row) {
                for (double value : pixel) {
                    sum += Math.abs(value - (actual.get(at++) & 0xff));
                }
            }
        }
        return sum / at;
    }

    private static double[][][] resizeRows(double[][][] image, int width) {
        double[][][] resized = new double[image.length][width][3];
        double factor = (double) image[0].length / width;
        double support = Math.max(factor, 1);
        for (int y = 0; y < image.length; y++) {
            for (int x = 0; x < width; x++) {
                double centre = (x + 0.5) * factor;
                double total = 0;
                int first = (int) Math.max(0, centre - support - 1);
                for (int i = first; i < Math.min(image[y].length, centre + support); i++) {
                    double weight = 1 - Math.abs(i + 0.5 - centre) / support;
                    if (weight > 0) {
                        total += weight;
                        for (int c = 0; c < 3; c++) {
                            resized[y][x][c] += weight * image[y][i][c];
                        }
                    }
                }
                for (int c = 0; c < 3; c++) {
                    resized[y][x][c] /= total;
                }
            }
        }
        return resized;
    }

    private static double[][][] transposed(double[][][] image) {
        double[][][] result = new double[image[0].length][image.length][];
        for (int y = 0; y < image.length; y++) {
            for (int x = 0; x < image[0].length; x++) {
                result[x][y] = image[y][x];
            }
        }
        return result;
    }
}
