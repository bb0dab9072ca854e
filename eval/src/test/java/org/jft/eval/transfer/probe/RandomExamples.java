package org.jft.eval.transfer.probe;

import java.util.Arrays;
import java.util.Random;

/** Examples whose classes can be learnt: each has a centre. */
final class RandomExamples {
    private RandomExamples() {}

    /** One class an image, in turn. */
    static Examples exclusive(Random random, int n, int width, int classes) {
        int[][] labels = new int[n][];
        Arrays.setAll(labels, i -> new int[] {i % classes});
        return around(random, labels, width, classes);
    }

    /** None, one, or several. */
    static Examples multiLabel(Random random, int n, int width, int classes) {
        int[][] labels = new int[n][];
        Arrays.setAll(
                labels,
                i -> random.ints(random.nextInt(4), 0, classes).distinct().sorted().toArray());
        return around(random, labels, width, classes);
    }

    private static Examples around(Random random, int[][] labels, int width, int classes) {
        float[][] centres = new float[classes][width];
        for (float[] centre : centres) {
            for (int j = 0; j < width; j++) {
                centre[j] = (float) random.nextGaussian();
            }
        }
        float[][] features = new float[labels.length][width];
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < width; j++) {
                features[i][j] = 3 + (float) random.nextGaussian();
                for (int k : labels[i]) {
                    features[i][j] += centres[k][j];
                }
            }
        }
        return new Examples(features, labels, classes);
    }

    static boolean isOf(Examples examples, int i, int k) {
        return Arrays.stream(examples.labels()[i]).anyMatch(label -> label == k);
    }
}
