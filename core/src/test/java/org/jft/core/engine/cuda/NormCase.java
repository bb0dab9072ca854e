package org.jft.core.engine.cuda;

import java.util.Arrays;
import java.util.BitSet;

/** A batch norm with statistics of its batch, and what it gives by definition. */
final class NormCase {
    static final float EPSILON = 1e-3f;

    /** Each row: rows, channels, chunks. */
    static final int[][] SHAPES = {
        {1, 1, 1}, {2, 3, 1}, {7, 8, 2}, {33, 5, 50}, {100, 64, 3}, {70, 264, 2}, {41, 100, 4},
    };

    final Format format;
    final int rows;
    final int c;
    final float[] x;
    final float[] mean;
    final float[] variance;
    final float[] scale;
    final float[] shift;
    final float[] addend;

    NormCase(KernelContract test, Format format, int rows, int c) {
        this.format = format;
        this.rows = rows;
        this.c = c;
        x = test.gaussian(format, rows * c, 2, 3);
        mean = narrow(mean(x, rows, c));
        variance = narrow(variance(x, rows, c));
        scale = test.gaussian(Format.FP32, c);
        shift = test.gaussian(Format.FP32, c);
        addend = test.gaussian(format, rows * c);
    }

    double inverse(int channel) {
        return 1 / Math.sqrt((double) variance[channel] + EPSILON);
    }

    double normal(int i) {
        return (x[i] - (double) mean[i % c]) * inverse(i % c);
    }

    double[] output(boolean added, boolean relu) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = normal(i) * scale[i % c] + shift[i % c] + (added ? addend[i] : 0);
            y[i] = relu ? Math.max(y[i], 0) : y[i];
        }
        return y;
    }

    @Override
    public String toString() {
        return "%s, rows=%s, c=%s".formatted(format, rows, c);
    }

    static double[] mean(float[] x, int rows, int c) {
        double[] mean = new double[c];
        for (int i = 0; i < x.length; i++) {
            mean[i % c] += (double) x[i] / rows;
        }
        return mean;
    }

    static double[] variance(float[] x, int rows, int c) {
        double[] mean = mean(x, rows, c);
        double[] variance = new double[c];
        for (int i = 0; i < x.length; i++) {
            variance[i % c] += (x[i] - mean[i % c]) * (x[i] - mean[i % c]) / rows;
        }
        return variance;
    }

    static float[] narrow(double[] values) {
        float[] narrowed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrowed[i] = (float) values[i];
        }
        return narrowed;
    }

    static byte[] bits(float[] y) {
        BitSet positive = new BitSet();
        for (int i = 0; i < y.length; i++) {
            positive.set(i, !(y[i] <= 0));
        }
        return Arrays.copyOf(positive.toByteArray(), (y.length + 7) / 8);
    }
}
