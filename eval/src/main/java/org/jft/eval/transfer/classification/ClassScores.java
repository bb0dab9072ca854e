package org.jft.eval.transfer.classification;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Held-out scores class by class; all arrays are [K], ids ascending, and not copied.
 *
 * @param trainPositives images of the run's subset that carry the class as the network was shown
 *     them: filled upward, wrong labels included
 * @param testPositives held-out images that carry it
 * @param averagePrecision over its best 100 images, see {@link MeanAveragePrecision}; NaN for a
 *     class without held-out images
 */
public record ClassScores(long[] trainPositives, long[] testPositives, float[] averagePrecision) {
    public ClassScores {
        checkArgument(
                trainPositives.length == averagePrecision.length
                        && testPositives.length == averagePrecision.length,
                "scores of %s classes with counts of %s and %s",
                averagePrecision.length,
                trainPositives.length,
                testPositives.length);
    }

    /** Returns the number of classes, K. */
    public int size() {
        return averagePrecision.length;
    }
}
