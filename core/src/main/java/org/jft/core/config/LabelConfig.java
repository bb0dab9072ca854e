package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * How noisy labels become targets.
 *
 * @param minConfidence labels below this confidence are doubtful
 * @param doubtful what a doubtful label counts as
 * @param fillUpward add every ancestor of a label through the taxonomy (the paper, section 3)
 * @param useClean read the clean labels instead, for studies of label noise
 * @param noise labels of the training set made wrong on purpose; by default none
 */
public record LabelConfig(
        double minConfidence,
        Doubtful doubtful,
        Boolean fillUpward,
        boolean useClean,
        LabelNoiseConfig noise) {
    /** What a label below the confidence floor counts as. */
    public enum Doubtful {
        /** Absent: the image is a negative of the class. */
        NEGATIVE,
        /** Unknown: the class takes no part in the loss and the scores of this image. */
        IGNORE
    }

    public LabelConfig {
        check(
                minConfidence >= 0 && minConfidence <= 1,
                "data.labels.min_confidence must be in 0..1: %s",
                minConfidence);
        doubtful = doubtful == null ? Doubtful.NEGATIVE : doubtful;
        fillUpward = fillUpward == null || fillUpward;
        noise = noise == null ? LabelNoiseConfig.none() : noise;
    }

    static LabelConfig defaults() {
        return new LabelConfig(0, null, null, false, null);
    }
}
