package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;

/**
 * Pixels of one sample, from file to network input.
 *
 * @param size side of the square network input, pixels
 * @param crop how a training image becomes that square
 * @param resize side of the square an image is resized to (aspect not kept) before {@code
 *     RESIZE_CROP} cuts {@code size} out of it, and before the centre crop at evaluation; the paper
 *     uses 340 for 299. 0 means {@code size}
 * @param minScale smallest area share of a random-resized crop
 * @param flip random horizontal flip
 * @param randAugment random operations on a training image, of colour and of shape; none by default
 * @param colorJitter random changes of colour of a training image, after {@code randAugment}; none
 *     by default
 * @param mean per-channel mean of RGB in 0..255, subtracted
 * @param std per-channel divisor of RGB in 0..255; the defaults 127.5/127.5 give [-1, 1]
 */
public record ImageConfig(
        int size,
        Crop crop,
        int resize,
        Double minScale,
        Boolean flip,
        RandAugmentConfig randAugment,
        ColorJitterConfig colorJitter,
        List<Float> mean,
        List<Float> std) {

    /** How a training image becomes a square. */
    public enum Crop {
        /** A random area and aspect ratio, resized to the square. */
        RANDOM_RESIZED,
        /** Resize the whole image, cut the square at a random place. */
        RESIZE_CROP
    }

    private static final List<Float> HALF_RANGE = List.of(127.5f, 127.5f, 127.5f);

    public ImageConfig {
        check(size > 0 && size <= 4096, "data.image.size must be in 1..4096: %s", size);
        crop = crop == null ? Crop.RANDOM_RESIZED : crop;
        resize = resize == 0 ? size : resize;
        check(resize >= size, "data.image.resize=%s is below data.image.size=%s", resize, size);
        minScale = minScale == null ? 0.08 : minScale;
        check(
                minScale > 0 && minScale <= 1,
                "data.image.min_scale must be in (0, 1]: %s",
                minScale);
        flip = flip == null || flip;
        randAugment = randAugment == null ? RandAugmentConfig.none() : randAugment;
        colorJitter = colorJitter == null ? ColorJitterConfig.none() : colorJitter;
        mean = mean == null ? HALF_RANGE : List.copyOf(mean);
        std = std == null ? HALF_RANGE : List.copyOf(std);
        check(mean.size() == 3 && std.size() == 3, "data.image.mean and std need 3 values, RGB");
        check(std.stream().allMatch(s -> s > 0), "data.image.std must be positive: %s", std);
    }
}
