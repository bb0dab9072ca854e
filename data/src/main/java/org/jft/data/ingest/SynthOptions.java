package org.jft.data.ingest;

import org.jft.core.failure.ConfigException;

/**
 * What to draw.
 *
 * @param images training images
 * @param testImages held-out images, whose labels are all right
 * @param size side of the square images, pixels
 * @param leaves classes without children
 * @param secondObject share of images with two objects, so two labels
 * @param longTail 0 for equally common classes; s makes class k as common as (k + 1)^-s
 * @param seed equal options draw equal bytes
 * @param noise how training labels go wrong
 */
public record SynthOptions(
        int images,
        int testImages,
        int size,
        int leaves,
        double secondObject,
        double longTail,
        long seed,
        LabelNoise noise) {
    /** 5,000 + 1,000 images of 32x32 pixels, 24 leaves, no noise. */
    public static final SynthOptions DEFAULT =
            new SynthOptions(5000, 1000, 32, 24, 0.25, 0, 0, LabelNoise.NONE);

    public SynthOptions {
        check(images > 0 && testImages > 0, "no image to draw: %s + %s", images, testImages);
        check(size >= 8 && size <= 1024, "the size of an image is 8..1024 pixels: %s", size);
        check(
                secondObject >= 0 && secondObject <= 1,
                "the share of images with two objects is in 0..1: %s",
                secondObject);
        check(longTail >= 0 && longTail <= 4, "the long tail's exponent is in 0..4: %s", longTail);
    }

    private static void check(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new ConfigException(rule.formatted(values));
        }
    }
}
