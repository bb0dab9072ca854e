package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One run.
 *
 * @param examples training images, above 0; equal for all runs of one size
 * @param seed tells the runs of one size apart
 * @param value the score or loss it reached
 */
public record CurvePoint(double examples, long seed, double value) {
    public CurvePoint {
        checkArgument(
                examples > 0 && Double.isFinite(examples),
                "a point needs a positive number of examples: %s",
                examples);
        checkArgument(Double.isFinite(value), "the value at %s examples is %s", examples, value);
    }
}
