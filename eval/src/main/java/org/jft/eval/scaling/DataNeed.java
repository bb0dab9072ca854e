package org.jft.eval.scaling;

import java.util.Optional;

/**
 * How much data a target takes, if the law goes on to hold.
 *
 * @param target score or loss
 * @param examples images at which the law reaches it; infinite when it never does, or not within a
 *     billion times the largest size
 * @param interval of that number, its ends infinite alike; empty where nothing could be resampled
 */
public record DataNeed(double target, double examples, Optional<Interval> interval) {
    private static final double FARTHEST = 1e9;
    private static final int HALVINGS = 100;

    /** Returns the size at which a law reaches a target, at least 1. */
    static double of(ScalingLaw law, Curve curve, double target) {
        double low = 0; // of the logarithm
        double high = Math.log(FARTHEST * curve.largest());
        if (!reaches(law, curve.response(), high, target)) {
            return Double.POSITIVE_INFINITY;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (reaches(law, curve.response(), middle, target)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return Math.exp(high);
    }

    private static boolean reaches(
            ScalingLaw law, Response response, double logExamples, double target) {
        double value = law.valueAt(Math.exp(logExamples));
        return response.error(value) <= response.error(target);
    }
}
