package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Labels of the training set made wrong on purpose, on top of the errors they have. Each label
 * stays with probability r, the recall, and brings forth a wrong one with probability
 *
 * <pre>
 *   w = r (1 - p) / p        p: the precision
 * </pre>
 *
 * so that of the labels afterwards a share p is right, in expectation. Wrong labels take the places
 * of lost ones as far as there are any.
 *
 * @param precision expected share of the labels afterwards that were there before, in (0, 1]
 * @param recall expected share of the labels before that are kept, in (0, 1]; null: the precision,
 *     where w = 1 - r, every wrong label takes the place of a lost one and an image keeps as many
 *     labels as it had
 * @param confidences what the labels' confidences say of the noise
 * @param seed equal seeds nest: what is lost at a recall is lost at a lower one, what is wrong at a
 *     precision is wrong at a lower one with the same recall
 */
public record LabelNoiseConfig(
        Double precision,
        Double recall,
        Kind kind,
        @JsonInclude(JsonInclude.Include.NON_NULL) Confidences confidences,
        long seed) {
    /** What a label is mistaken for. */
    public enum Kind {
        /** Another class of the same parent: the confusable kind of error. */
        SIBLING,
        /** Any other class. */
        UNIFORM
    }

    /** What confidences know; null, as nothing was to be said of them before: nothing. */
    public enum Confidences {
        /**
         * As a labeller that scores its labels would give them: right ones draw the larger of two
         * uniform numbers, wrong ones the smaller, and the confidence is the probability that a
         * label of that draw c is right, p c / (p c + (1 - p) (1 - c)).
         */
        CALIBRATED
    }

    public LabelNoiseConfig {
        precision = precision == null ? 1 : precision;
        kind = kind == null ? Kind.SIBLING : kind;
        checkShare("precision", precision);
        checkShare("recall", keptShare(precision, recall));
        check(
                wrongShare(precision, recall) <= 1,
                "data.labels.noise would need more than one wrong label for each one there is:"
                        + " with recall=%s, precision=%s must be at least %.4f",
                recall,
                precision,
                keptShare(precision, recall) / (1 + keptShare(precision, recall)));
    }

    static LabelNoiseConfig none() {
        return new LabelNoiseConfig(null, null, null, null, 0);
    }

    /** Returns whether any label changes. */
    public boolean enabled() {
        return keptShare() < 1 || wrongShare() > 0;
    }

    /** Returns r, the probability that a label is kept. */
    public double keptShare() {
        return keptShare(precision, recall);
    }

    /** Returns w, the probability that a label brings forth a wrong one. */
    public double wrongShare() {
        return wrongShare(precision, recall);
    }

    /** Returns whether a label may be kept and have a wrong one beside it. */
    public boolean addsLabels() {
        return keptShare() > precision;
    }

    private static double keptShare(double precision, Double recall) {
        return recall == null ? precision : recall;
    }

    private static double wrongShare(double precision, Double recall) {
        return keptShare(precision, recall) / precision * (1 - precision);
    }

    private static void checkShare(String key, double share) {
        check(
                share > 0 && share <= 1,
                "data.labels.noise.%s must be above 0 and at most 1: %s",
                key,
                share);
    }
}
