package org.jft.eval.transfer.finetune;

import org.jft.core.config.FineTuneConfig;

/**
 * How long to fine-tune and how much to mix, by the number of training images alone: the
 * BiT-HyperRule (Kolesnikov et al. 2020, arXiv 1912.11370, section 3.3).
 *
 * @param steps of SGD; the learning rate falls to a tenth after 30, 60 and 90% of them
 * @param mixupAlpha of MixUp; 0 means none
 */
record HyperRule(long steps, double mixupAlpha) {
    /** Side that an image is resized to over that of its random crop: 160 over 128 pixels. */
    static final double RESIZE_OVER_CROP = 1.25;

    private static final long MEDIUM = 20_000;
    private static final long LARGE = 500_000;
    private static final double STAIR = 0.3;

    /** Returns what the rule says. */
    static HyperRule of(long images) {
        if (images < MEDIUM) {
            return new HyperRule(500, 0);
        }
        return new HyperRule(images < LARGE ? 10_000 : 20_000, 0.1);
    }

    /** Returns the rule with what a config says instead. */
    static HyperRule of(long images, FineTuneConfig config) {
        HyperRule rule = of(images);
        return new HyperRule(
                config.steps() > 0 ? config.steps() : rule.steps,
                config.mixupAlpha() != null ? config.mixupAlpha() : rule.mixupAlpha);
    }

    /** Returns the steps between two falls of the learning rate. */
    long stairSteps() {
        return Math.max(1, Math.round(STAIR * steps));
    }
}
