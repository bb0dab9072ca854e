package org.jft.eval.transfer.classification;

import java.nio.FloatBuffer;
import org.jft.core.config.TrainConfig.Objective;

/**
 * One score per image and class from the logits of several views of it: the mean of the
 * probabilities (Krizhevsky et al. 2012), as a logit again, so that neither zeros nor ones tie.
 *
 * <pre>
 *   softmax:  log(mean p)                      p = softmax(z) of a view
 *   sigmoid:  log(mean p) - log(mean(1 - p))   p = sigmoid(z)
 * </pre>
 *
 * For one view these are the logarithm of its softmax, and its logits as they are.
 */
final class MeanOfCrops {
    private final Objective objective;
    private final int crops;
    private final float[] view;
    private final double[] positive;
    private final double[] negative;

    MeanOfCrops(Objective objective, int crops, int classes) {
        this.objective = objective;
        this.crops = crops;
        this.view = new float[classes];
        this.positive = new double[classes];
        this.negative = new double[classes];
    }

    /**
     * Reduces a batch in place.
     *
     * @param logits [images * crops, classes]; afterwards [images, classes] lead
     */
    void reduce(FloatBuffer logits, int images) {
        if (crops == 1 && objective == Objective.SIGMOID) {
            return;
        }
        for (int i = 0; i < images; i++) {
            for (int crop = 0; crop < crops; crop++) {
                logits.get((i * crops + crop) * view.length, view);
                if (objective == Objective.SOFTMAX) {
                    logSoftmax(view);
                }
                add(crop == 0);
            }
            for (int k = 0; k < view.length; k++) {
                double log = positive[k] - Math.log(crops);
                view[k] =
                        (float) (objective == Objective.SOFTMAX ? log : positive[k] - negative[k]);
            }
            logits.put(i * view.length, view);
        }
    }

    /** Adds the probabilities of a view to the sums, both of which are kept as logarithms. */
    private void add(boolean first) {
        for (int k = 0; k < view.length; k++) {
            double z = view[k];
            if (objective == Objective.SOFTMAX) {
                positive[k] = first ? z : logSum(positive[k], z);
                continue;
            }
            double logYes = Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));
            positive[k] = first ? logYes : logSum(positive[k], logYes);
            negative[k] = first ? logYes - z : logSum(negative[k], logYes - z);
        }
    }

    /** Returns log(e^a + e^b). */
    private static double logSum(double a, double b) {
        return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
    }

    /** Logits of a softmax are only comparable within an image; a ranking of images is not. */
    private static void logSoftmax(float[] row) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float z : row) {
            largest = Math.max(largest, z);
        }
        double sum = 0;
        for (float z : row) {
            sum += Math.exp(z - largest);
        }
        float shift = (float) (largest + Math.log(sum));
        for (int k = 0; k < row.length; k++) {
            row[k] -= shift;
        }
    }
}
