package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Random;

/**
 * The mean difference of pairs of scores, and how far another set of seeds would move it.
 *
 * @param mean of the differences
 * @param t mean +- t s / sqrt(n): exact for normal differences
 * @param bootstrap percentiles of the mean of resampled differences, their deviations scaled by
 *     sqrt(n / (n - 1)); assumes no distribution, but few pairs know little of it
 */
public record PairedDifference(double mean, Interval t, Interval bootstrap) {
    /**
     * Compares.
     *
     * @param a, b [n], n at least 2; a[i] and b[i] are of one seed
     * @param level confidence level in (0, 1)
     * @param resamples drawn, always the same ones
     */
    public static PairedDifference of(double[] a, double[] b, double level, int resamples) {
        checkArgument(a.length == b.length, "%s scores against %s", a.length, b.length);
        int n = a.length;
        checkArgument(n >= 2, "an interval needs two pairs: %s", n);
        double[] differences = new double[n];
        Arrays.setAll(differences, i -> a[i] - b[i]);
        double mean = mean(differences);
        return new PairedDifference(
                mean,
                Interval.ofMean(differences, level),
                bootstrap(differences, mean, level, resamples));
    }

    private static Interval bootstrap(
            double[] differences, double mean, double level, int resamples) {
        int n = differences.length;
        double scale = Math.sqrt(n / (n - 1.0));
        Random random = new Random(0);
        double[] means = new double[resamples];
        for (int i = 0; i < resamples; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += differences[random.nextInt(n)] - mean;
            }
            means[i] = mean + scale * sum / n;
        }
        return Interval.ofDraws(means, level);
    }

    /** Returns the mean of scores. */
    public static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** Returns the sample standard deviation, over n - 1. */
    public static double deviation(double[] values) {
        double mean = mean(values);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(squares / (values.length - 1));
    }
}
