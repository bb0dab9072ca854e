package org.jft.parity;

import static com.google.common.base.Preconditions.checkArgument;

/** How far a vector is from the true one. */
final class RelativeError {
    private RelativeError() {}

    /** Returns the largest difference over the largest true magnitude. */
    static double max(double[] actual, double[] truth) {
        checkArgument(actual.length == truth.length, "%s, %s", actual.length, truth.length);
        double error = 0;
        double magnitude = 0;
        for (int i = 0; i < truth.length; i++) {
            error = Math.max(error, Math.abs(actual[i] - truth[i]));
            magnitude = Math.max(magnitude, Math.abs(truth[i]));
        }
        return requireNumber(error / magnitude);
    }

    /** Returns the length of the difference over the length of the true vector. */
    static double l2(double[] actual, double[] truth) {
        return l2(actual, truth, 0);
    }

    /** Returns the same, over at least {@code least} where the true vector is shorter. */
    static double l2(double[] actual, double[] truth, double least) {
        checkArgument(actual.length == truth.length, "%s, %s", actual.length, truth.length);
        double error = 0;
        double magnitude = 0;
        for (int i = 0; i < truth.length; i++) {
            error += (actual[i] - truth[i]) * (actual[i] - truth[i]);
            magnitude += truth[i] * truth[i];
        }
        return error == 0
                ? 0
                : requireNumber(Math.sqrt(error) / Math.max(Math.sqrt(magnitude), least));
    }

    private static double requireNumber(double error) {
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error; // NaN is never close
    }
}
