package org.jft.train.objective;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Which classes of which images of a micro batch have a part in the loss, by their own losses. */
sealed interface Selection {
    /**
     * Sets the weights of what is left out to 0.
     *
     * @param losses of each class of each image, [N, K], finite
     * @param labelled whether the class is a label of the image, [N, K]
     * @param weights [N, K]; what is 0 already takes no part
     * @param images N
     * @return how many images the loss is the mean of
     */
    int select(double[] losses, boolean[] labelled, float[] weights, int images);

    /** Returns the same at another moment of the run. */
    Selection at(double progress);

    /** Leaves nothing out. */
    record All() implements Selection {
        @Override
        public int select(double[] losses, boolean[] labelled, float[] weights, int images) {
            return images;
        }

        @Override
        public Selection at(double progress) {
            return this;
        }
    }

    /**
     * Leaves out the labels, and the absent labels, of the highest loss in the micro batch: a share
     * of each kind for itself, as the few labels have most of the loss. Of absent ones it is the
     * rejection of large losses of Kim et al. 2022.
     *
     * @param ramp how much of both shares is left out by now, in [0, 1]
     */
    record Truncation(double positives, double negatives, double warmup, double ramp)
            implements Selection {
        @Override
        public int select(double[] losses, boolean[] labelled, float[] weights, int images) {
            drop(positives, losses, weights, i -> labelled[i]);
            drop(negatives, losses, weights, i -> !labelled[i]);
            return images;
        }

        private void drop(double share, double[] losses, float[] weights, IntPredicate kind) {
            int[] entries =
                    IntStream.range(0, losses.length)
                            .filter(i -> weights[i] > 0 && kind.test(i))
                            .toArray();
            double[] own = Arrays.stream(entries).mapToDouble(i -> losses[i]).toArray();
            for (int place : highest(own, (int) (share * ramp * own.length))) {
                weights[entries[place]] = 0;
            }
        }

        @Override
        public Selection at(double progress) {
            return new Truncation(positives, negatives, warmup, grown(progress, warmup));
        }
    }

    /**
     * Leaves out the images of the highest loss in the micro batch: the selection of co-teaching
     * (Han et al. 2018) by one network for itself, not by two for each other.
     *
     * @param ramp how much of the share is left out by now, in [0, 1]
     */
    record SmallLoss(double share, double warmup, double ramp) implements Selection {
        @Override
        public int select(double[] losses, boolean[] labelled, float[] weights, int images) {
            int classes = losses.length / images;
            double[] ofImage = new double[images];
            for (int i = 0; i < losses.length; i++) {
                ofImage[i / classes] += weights[i] * losses[i];
            }
            int[] dropped = highest(ofImage, (int) (share * ramp * images));
            for (int image : dropped) {
                Arrays.fill(weights, image * classes, (image + 1) * classes, 0);
            }
            return images - dropped.length;
        }

        @Override
        public Selection at(double progress) {
            return new SmallLoss(share, warmup, grown(progress, warmup));
        }
    }

    private static double grown(double progress, double warmup) {
        return warmup == 0 ? 1 : Math.min(1, progress / warmup);
    }

    /** Returns the places of the highest values; of equal ones those that come first. */
    private static int[] highest(double[] values, int count) {
        if (count == 0) {
            return new int[0];
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double least = sorted[sorted.length - count];
        int above = (int) Arrays.stream(values).filter(value -> value > least).count();
        int[] places = new int[count];
        int found = 0;
        int equal = count - above;
        for (int i = 0; i < values.length; i++) {
            if (values[i] > least || values[i] == least && equal-- > 0) {
                places[found++] = i;
            }
        }
        return places;
    }
}
