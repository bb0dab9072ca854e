package org.jft.eval.scaling;

import java.util.Arrays;

/** A confidence interval, both ends included. */
public record Interval(double low, double high) {
    /** Returns the percentiles that hold the middle share {@code level} of some draws. */
    public static Interval ofDraws(double[] draws, double level) {
        double[] sorted = draws.clone();
        Arrays.sort(sorted);
        return new Interval(quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2));
    }

    /**
     * Returns the interval of the mean of some values by Student's t, mean +- t s / sqrt(n): exact
     * for normal values.
     *
     * @param values [n], at least two
     */
    public static Interval ofMean(double[] values, double level) {
        double mean = PairedDifference.mean(values);
        double half =
                StudentT.twoSided(level, values.length - 1)
                        * PairedDifference.deviation(values)
                        / Math.sqrt(values.length);
        return new Interval(mean - half, mean + half);
    }

    /** Linear between order statistics. */
    private static double quantile(double[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        if (sorted[above] == sorted[below]) {
            return sorted[below]; // also where both are infinite
        }
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** Returns whether a value lies inside. */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
