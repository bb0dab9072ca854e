package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * How noisy labels become targets.
 *
 * @param minConfidence labels below this confidence are doubtful
 * @param doubtful what a doubtful label's class counts as
 * @param fillUpward add every ancestor of a label through the taxonomy (the paper, section 3)
 * @param descendants what the classes below a label count as, if none of them is labelled: an image
 *     labelled "dog" may well be of a poodle
 * @param useClean read the clean labels instead, for studies of label noise
 * @param noise labels of the training set made wrong on purpose; by default none
 */
public record LabelConfig(
        double minConfidence,
        Unlabelled doubtful,
        Boolean fillUpward,
        Unlabelled descendants,
        boolean useClean,
        LabelNoiseConfig noise) {
    /** What a class without a label counts as. */
    public enum Unlabelled {
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
        doubtful = doubtful == null ? Unlabelled.NEGATIVE : doubtful;
        fillUpward = fillUpward == null || fillUpward;
        descendants = descendants == null ? Unlabelled.NEGATIVE : descendants;
        noise = noise == null ? LabelNoiseConfig.none() : noise;
    }

    /** Returns whether some classes of an image may be unknown. */
    public boolean hasUnknown() {
        return doubtful == Unlabelled.IGNORE || descendants == Unlabelled.IGNORE;
    }

    static LabelConfig defaults() {
        return new LabelConfig(0, null, null, null, false, null);
    }
}
