package org.jft.data.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jft.data.ingest.SynthClasses.Leaf;

/**
 * One drawn image: one or two objects of random place, size, tilt and brightness on a grey gradient
 * with pixel noise. Arithmetic only, so equal seeds give equal pixels on every machine.
 */
final class SynthScene {
    /** Samples a pixel and axis, so that edges are smooth. */
    private static final int OVERSAMPLING = 3;

    private static final double MAX_TILT = Math.toRadians(15); // more, and a square is a diamond
    private static final double DARK = 0.35;
    private static final double PIXEL_NOISE = 12;

    private record Placed(
            Leaf leaf, double x, double y, double radius, double cos, double sin, double light) {}

    private final int size;
    private final SplittableRandom random;
    private final List<Placed> objects = new ArrayList<>();

    /** Places the objects; two stand side by side. All randomness comes from {@code random}. */
    SynthScene(List<Leaf> leaves, int size, SplittableRandom random) {
        this.size = size;
        this.random = random;
        for (int i = 0; i < leaves.size(); i++) {
            boolean alone = leaves.size() == 1;
            double radius = alone ? uniform(0.24, 0.4) : uniform(0.18, 0.24);
            double x = alone ? uniform(radius, 1 - radius) : 0.25 + 0.5 * i;
            double tilt = uniform(-MAX_TILT, MAX_TILT);
            objects.add(
                    new Placed(
                            leaves.get(i),
                            x,
                            uniform(radius, 1 - radius),
                            radius,
                            StrictMath.cos(tilt),
                            StrictMath.sin(tilt),
                            uniform(0.75, 1.1)));
        }
    }

    private double uniform(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    /** Draws the pixels: blue, green, red, row by row. */
    byte[] draw() {
        double grey = uniform(30, 200);
        double slopeX = uniform(-60, 60);
        double slopeY = uniform(-60, 60);
        byte[] pixels = new byte[size * size * 3];
        double[] colour = new double[3];
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                double background = grey + slopeX * column / size + slopeY * row / size;
                average(row, column, background, colour);
                for (int c = 0; c < 3; c++) {
                    double value = colour[c] + uniform(-PIXEL_NOISE, PIXEL_NOISE);
                    pixels[(row * size + column) * 3 + c] =
                            (byte) Math.round(Math.min(255, Math.max(0, value)));
                }
            }
        }
        return pixels;
    }

    private void average(int row, int column, double background, double[] colour) {
        colour[0] = 0;
        colour[1] = 0;
        colour[2] = 0;
        for (int i = 0; i < OVERSAMPLING * OVERSAMPLING; i++) {
            double x = (column + (i % OVERSAMPLING + 0.5) / OVERSAMPLING) / size;
            double y = (row + (i / OVERSAMPLING + 0.5) / OVERSAMPLING) / size;
            add(x, y, background, colour);
        }
        for (int c = 0; c < 3; c++) {
            colour[c] /= OVERSAMPLING * OVERSAMPLING;
        }
    }

    private void add(double x, double y, double background, double[] colour) {
        for (Placed object : objects) {
            double dx = (x - object.x) / object.radius;
            double dy = (y - object.y) / object.radius;
            double u = dx * object.cos + dy * object.sin;
            double v = dy * object.cos - dx * object.sin;
            if (object.leaf.shape().contains(u, v)) {
                double light = object.light * (object.leaf.texture().isDark(u, v) ? DARK : 1);
                colour[0] += light * object.leaf.colour().blue;
                colour[1] += light * object.leaf.colour().green;
                colour[2] += light * object.leaf.colour().red;
                return;
            }
        }
        for (int c = 0; c < 3; c++) {
            colour[c] += background;
        }
    }
}
