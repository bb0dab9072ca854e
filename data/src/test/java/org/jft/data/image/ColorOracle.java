package org.jft.data.image;

import java.awt.Color;
import java.util.function.DoubleUnaryOperator;

/** The operations of torchvision's ColorJitter in double arithmetic, a pixel at a time. */
final class ColorOracle {
    private ColorOracle() {}

    static double[] brightness(double[] rgb, double factor) {
        return map(rgb, value -> factor * value);
    }

    static double[] contrast(double[] rgb, double factor) {
        double sum = 0;
        for (int i = 0; i < rgb.length; i += 3) {
            sum += grey(rgb, i);
        }
        double mean = sum / (rgb.length / 3);
        return map(rgb, value -> factor * value + (1 - factor) * mean);
    }

    static double[] saturation(double[] rgb, double factor) {
        double[] result = rgb.clone();
        for (int i = 0; i < rgb.length; i++) {
            double grey = grey(rgb, i / 3 * 3);
            result[i] = rounded(factor * rgb[i] + (1 - factor) * grey);
        }
        return result;
    }

    /** By the JDK's own HSB, which is HSV. */
    static double[] hue(double[] rgb, double turns) {
        double[] result = new double[rgb.length];
        for (int i = 0; i < rgb.length; i += 3) {
            float[] hsb = Color.RGBtoHSB((int) rgb[i], (int) rgb[i + 1], (int) rgb[i + 2], null);
            int turned = Color.HSBtoRGB((float) (hsb[0] + turns), hsb[1], hsb[2]);
            result[i] = turned >> 16 & 0xff;
            result[i + 1] = turned >> 8 & 0xff;
            result[i + 2] = turned & 0xff;
        }
        return result;
    }

    private static double[] map(double[] rgb, DoubleUnaryOperator change) {
        double[] result = new double[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            result[i] = rounded(change.applyAsDouble(rgb[i]));
        }
        return result;
    }

    private static double grey(double[] rgb, int at) {
        return 0.299 * rgb[at] + 0.587 * rgb[at + 1] + 0.114 * rgb[at + 2];
    }

    private static double rounded(double value) {
        return Math.rint(Math.max(0, Math.min(255, value)));
    }
}
