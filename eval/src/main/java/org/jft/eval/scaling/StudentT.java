package org.jft.eval.scaling;

import java.util.function.DoubleUnaryOperator;

/**
 * Two-sided quantiles of Student's t and of the normal distribution, from the closed series for a
 * whole number of degrees of freedom (Abramowitz and Stegun 26.7.3, 26.7.4) and Marsaglia's series
 * for the normal distribution (Journal of Statistical Software 11(4), 2004).
 */
public final class StudentT {
    private StudentT() {}

    /** Returns t with P(|T| <= t) = level. */
    public static double twoSided(double level, int degreesOfFreedom) {
        return invert(t -> within(t, degreesOfFreedom), level);
    }

    /** Returns z with P(|Z| <= z) = level. */
    static double normalTwoSided(double level) {
        return invert(StudentT::normalWithin, level);
    }

    private static double within(double t, int df) {
        double theta = Math.atan(t / Math.sqrt(df));
        double cos = Math.cos(theta);
        double term = df % 2 == 0 ? 1 : cos;
        double sum = df == 1 ? 0 : term;
        for (int k = df % 2 == 0 ? 2 : 3; k <= df - 2; k += 2) {
            term *= cos * cos * (k - 1) / k;
            sum += term;
        }
        double series = Math.sin(theta) * sum;
        return df % 2 == 0 ? series : 2 / Math.PI * (theta + series);
    }

    private static double normalWithin(double z) {
        if (z > 8) {
            return 1;
        }
        double term = z;
        double sum = 0;
        for (int k = 1; sum + term != sum; k += 2) {
            sum += term;
            term *= z * z / (k + 2);
        }
        return 2 * sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double invert(DoubleUnaryOperator increasing, double level) {
        double low = 0;
        double high = 1;
        while (increasing.applyAsDouble(high) < level && high < 1e9) {
            high *= 2;
        }
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            if (increasing.applyAsDouble(middle) < level) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
