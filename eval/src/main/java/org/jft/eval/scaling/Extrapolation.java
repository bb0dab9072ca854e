package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/** Judges a law on sizes beyond those it was fitted to. */
public final class Extrapolation {
    private Extrapolation() {}

    /**
     * Returns the root of the mean squared difference of log error, predicted against measured:
     * about the relative error of the predicted error. Infinite when the law predicts an error of 0
     * or below, or a measured error is 0.
     *
     * @param heldOut points that the fit has not seen
     */
    public static double logRmse(ScalingLaw law, Response response, List<CurvePoint> heldOut) {
        checkArgument(!heldOut.isEmpty(), "no held-out point to extrapolate to");
        double squares = 0;
        for (CurvePoint point : heldOut) {
            double predicted = response.error(law.valueAt(point.examples()));
            double measured = response.error(point.value());
            if (predicted <= 0 || measured <= 0) {
                return Double.POSITIVE_INFINITY;
            }
            squares += Math.pow(Math.log(predicted) - Math.log(measured), 2);
        }
        return Math.sqrt(squares / heldOut.size());
    }
}
