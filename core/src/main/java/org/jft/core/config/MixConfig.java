package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * Training images mixed in pairs inside a micro batch, and their labels by the same shares. With
 * both kinds on, each pair draws one of them. The share is drawn from Beta(alpha, alpha).
 *
 * @param mixupAlpha of MixUp (Zhang et al. 2018): a weighted mean of both images; 0 means none
 * @param cutmixAlpha of CutMix (Yun et al. 2019): a box of one in the other; 0 means none
 */
public record MixConfig(double mixupAlpha, double cutmixAlpha) {
    public MixConfig {
        checkAlpha("mixup_alpha", mixupAlpha);
        checkAlpha("cutmix_alpha", cutmixAlpha);
    }

    /** Returns whether images are mixed at all. */
    public boolean enabled() {
        return mixupAlpha > 0 || cutmixAlpha > 0;
    }

    static MixConfig none() {
        return new MixConfig(0, 0);
    }

    private static void checkAlpha(String key, double alpha) {
        check(
                alpha == 0 || alpha >= 0.01 && alpha <= 100,
                "data.mix.%s must be 0 (off) or in 0.01..100: %s",
                key,
                alpha);
    }
}
