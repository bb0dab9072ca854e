package org.jft.eval.transfer.classification;

import java.util.List;

/**
 * What one pass over a held-out set tells of a network.
 *
 * @param averagePrecision of each class over its best 100 images, [K]; NaN without a positive
 * @param positives held-out images of each class, [K]
 * @param mistakes the images it was most certainly wrong about, hardest first
 */
public record HeldOutScores(
        ClassificationScores overall,
        float[] averagePrecision,
        long[] positives,
        List<Mistake> mistakes) {}
