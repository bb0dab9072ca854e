package org.jft.eval.scaling;

import java.util.Optional;

/**
 * What more data would give, if the law goes on to hold.
 *
 * @param factor times the largest size of the curve
 * @param examples images
 * @param value the expected score or loss, the mean over many runs; it may leave [0, 1] with the
 *     law's formula
 * @param interval of that mean, not of a single run; empty where nothing could be resampled
 */
public record Prediction(
        double factor, double examples, double value, Optional<Interval> interval) {}
