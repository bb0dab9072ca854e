package org.jft.eval.transfer.study;

import java.util.Map;

/**
 * One method on one target with one seed and one start.
 *
 * @param method with its setting, such as {@code few_shot_5}
 * @param metric the score that counts on this target
 * @param metrics all scores by name, in [0, 1]
 * @param chosen what was chosen on held-out images, such as {@code l2=0.01}; may be empty
 */
public record TransferPoint(
        String target,
        String method,
        Start start,
        long seed,
        String metric,
        Map<String, Double> metrics,
        String chosen) {
    /** Returns the score that counts. */
    public double value() {
        return metrics.get(metric);
    }
}
