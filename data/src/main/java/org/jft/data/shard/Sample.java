package org.jft.data.shard;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import org.jft.data.annotation.Annotations;
import org.jft.data.taxonomy.Labels;

/**
 * One row on its way to disk. The image is not copied: do not write to it.
 *
 * @param image encoded bytes: JPEG, PNG, WebP or BMP
 * @param path where the image came from, for reports; null when it came from nowhere
 * @param width pixels, from the header
 * @param height pixels, from the header
 * @param labels as observed: noisy, not filled upward
 * @param cleanLabels ids of the true labels, ascending, distinct; null when they are not known
 * @param annotations what is known of places in the image; null in a set without annotations
 */
public record Sample(
        byte[] image,
        String path,
        int width,
        int height,
        Labels labels,
        int[] cleanLabels,
        Annotations annotations) {
    /** Takes a row of a set without annotations. */
    public Sample(
            byte[] image, String path, int width, int height, Labels labels, int[] cleanLabels) {
        this(image, path, width, height, labels, cleanLabels, null);
    }

    public Sample {
        requireNonNull(image, "image");
        requireNonNull(labels, "labels");
        checkArgument(image.length > 0, "an empty image: path=%s", path);
        checkArgument(
                width > 0 && height > 0,
                "no area: width=%s, height=%s, path=%s",
                width,
                height,
                path);
        checkArgument(
                annotations == null
                        || annotations.width() == width && annotations.height() == height,
                "annotations of another size: width=%s, height=%s, path=%s",
                width,
                height,
                path);
    }
}
