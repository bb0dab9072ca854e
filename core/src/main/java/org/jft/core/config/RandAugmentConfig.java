package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * RandAugment (Cubuk et al. 2019): some operations of its fourteen, drawn with replacement, all of
 * one strength, with the ranges of torchvision's RandAugment.
 *
 * @param operations N, how many follow one another; 0 means none
 * @param magnitude M, from 0 to 30, the strongest
 */
public record RandAugmentConfig(int operations, Double magnitude) {
    /** The strongest M. */
    public static final double MAX_MAGNITUDE = 30;

    public RandAugmentConfig {
        magnitude = magnitude == null ? 9 : magnitude;
        check(
                operations >= 0 && operations <= 14,
                "data.image.rand_augment.operations must be in 0..14: %s",
                operations);
        check(
                magnitude >= 0 && magnitude <= MAX_MAGNITUDE,
                "data.image.rand_augment.magnitude must be in 0..30: %s",
                magnitude);
    }

    static RandAugmentConfig none() {
        return new RandAugmentConfig(0, null);
    }
}
