package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * How noisy labels become targets.
 *
 * @param minConfidence labels below this confidence are treated as absent
 * @param fillUpward add every ancestor of a label through the taxonomy (the paper, section 3)
 * @param useClean read the clean labels instead, for studies of label noise
 */
public record LabelConfig(double minConfidence, Boolean fillUpward, boolean useClean) {
    public LabelConfig {
        check(
                minConfidence >= 0 && minConfidence <= 1,
                "data.labels.min_confidence must be in 0..1: %s",
                minConfidence);
        fillUpward = fillUpward == null || fillUpward;
    }

    static LabelConfig defaults() {
        return new LabelConfig(0, null, false);
    }
}
