package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * Random changes of colour, as torchvision's ColorJitter defines them: the four operations come in
 * random order; a factor is uniform in [max(0, 1 - x), 1 + x] and 1 changes nothing. 0 leaves an
 * operation out.
 *
 * @param brightness factor on the pixels
 * @param contrast factor on the distance to the image's mean grey
 * @param saturation factor on the distance to the pixel's grey
 * @param hue turns of the colour circle, uniform in [-hue, hue]; at most 0.5
 */
public record ColorJitterConfig(double brightness, double contrast, double saturation, double hue) {
    public ColorJitterConfig {
        checkFactor("brightness", brightness);
        checkFactor("contrast", contrast);
        checkFactor("saturation", saturation);
        check(hue >= 0 && hue <= 0.5, "data.image.color_jitter.hue must be in 0..0.5: %s", hue);
    }

    /** Returns whether anything changes. */
    public boolean enabled() {
        return brightness > 0 || contrast > 0 || saturation > 0 || hue > 0;
    }

    static ColorJitterConfig none() {
        return new ColorJitterConfig(0, 0, 0, 0);
    }

    private static void checkFactor(String key, double range) {
        check(
                range >= 0 && range <= 10,
                "data.image.color_jitter.%s must be in 0..10: %s",
                key,
                range);
    }
}
