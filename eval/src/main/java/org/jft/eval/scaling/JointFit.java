package org.jft.eval.scaling;

import java.util.Map;

/**
 * A law of data and model size with its parameters, and how sure they are.
 *
 * @param level confidence level of the intervals, in (0, 1)
 * @param method what was resampled, in words
 * @param intervals of the law's parameters, by name
 * @param logRmse root of the mean squared difference of log error over the runs: about the relative
 *     error of the fitted error
 * @param note what a reader must know before using the numbers; else empty
 */
public record JointFit(
        JointLaw law,
        double level,
        String method,
        Map<String, Interval> intervals,
        double logRmse,
        String note) {}
