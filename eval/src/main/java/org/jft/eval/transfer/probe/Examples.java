package org.jft.eval.transfer.probe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * Features of N images with their classes. The arrays are not copied: do not write to them.
 *
 * @param features [N][width], N at least 1
 * @param labels [N][], the classes of each image, distinct, ascending
 * @param classes K, size of the label space
 */
public record Examples(float[][] features, int[][] labels, int classes) {
    public Examples {
        checkArgument(features.length > 0, "no examples");
        checkArgument(
                features.length == labels.length,
                "%s features for the labels of %s images",
                features.length,
                labels.length);
        checkArgument(classes > 0, "classes must be positive: %s", classes);
    }

    /** Returns N. */
    public int size() {
        return features.length;
    }

    /** Returns the features of an image. */
    public int width() {
        return features[0].length;
    }

    /** Returns some of them, in the order given. */
    public Examples only(int[] indexes) {
        return new Examples(
                Arrays.stream(indexes).mapToObj(i -> features[i]).toArray(float[][]::new),
                Arrays.stream(indexes).mapToObj(i -> labels[i]).toArray(int[][]::new),
                classes);
    }
}
