package org.jft.train.objective;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jft.core.config.ObjectiveConfig;

/** What is minimised, as a function of logits and labels. */
public sealed interface Objective
        permits Objective.SigmoidCrossEntropy, Objective.SoftmaxCrossEntropy, RobustCrossEntropy {
    /** Returns the objective a config names, over {@code classes} classes. */
    static Objective of(ObjectiveConfig objective, int classes) {
        if (!objective.isPlain()) {
            return RobustCrossEntropy.of(objective, classes);
        }
        return switch (objective.link()) {
            case SIGMOID -> new SigmoidCrossEntropy(classes);
            case SOFTMAX -> new SoftmaxCrossEntropy(classes);
        };
    }

    /**
     * Returns what is minimised at a moment of a run.
     *
     * @param progress share of the steps that are done, in [0, 1)
     */
    default Objective at(double progress) {
        return this;
    }

    /**
     * Computes the mean loss over the samples and its gradient.
     *
     * @param logits [N, classes], row-major
     * @param gradient d loss / d logits, [N, classes], written from position 0
     * @return the mean over the N samples
     */
    double loss(FloatBuffer logits, Targets targets, FloatBuffer gradient);

    /**
     * Sigmoid cross-entropy per class, summed over classes: -sum_k y_k log s(z_k) + (1 - y_k) log(1
     * - s(z_k)), where y is a label's confidence and 0 for absent labels (Sun et al. 2017, section
     * 4.1, with soft targets). Unknown classes add nothing to the sum and have no gradient; the
     * mean is over all samples, as without them.
     */
    record SigmoidCrossEntropy(int classes) implements Objective {
        /** Factors of up to 2 whose product a double holds. */
        private static final int FACTORS = 512;

        /** A logit whose loss against an absent label is exactly 0. */
        private static final float SURELY_NOT = -1000;

        @Override
        public double loss(FloatBuffer logits, Targets targets, FloatBuffer gradient) {
            int n = targets.size();
            float[] z = new float[classes];
            float[] y = new float[classes];
            double[] e = new double[Math.min(classes, FACTORS)];
            double sum = 0;
            for (int i = 0; i < n; i++) {
                logits.get(i * classes, z);
                Arrays.fill(y, 0);
                for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                    int k = targets.ids()[j];
                    y[k] = Math.max(0, targets.confidences()[j]);
                    z[k] = targets.isUnknown(j) ? SURELY_NOT : z[k];
                }
                for (int from = 0; from < classes; from += FACTORS) {
                    sum += part(z, y, e, from, Math.min(FACTORS, classes - from), 1.0 / n);
                }
                for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                    int k = targets.ids()[j];
                    z[k] = targets.isUnknown(j) ? 0 : z[k];
                }
                gradient.put(i * classes, z);
            }
            return sum / n;
        }

        /**
         * Turns {@code count} logits into gradients and returns the sum of their losses. Each is
         * log(1 + e^z) - y z, without overflow max(z, 0) - y z + log(1 + e^-|z|); and a sum of
         * logarithms is the logarithm of the product.
         */
        private static double part(
                float[] z, float[] y, double[] e, int from, int count, double scale) {
            for (int k = 0; k < count; k++) {
                e[k] = -Math.abs(z[from + k]);
            }
            Exponential.ofNegatives(e, count);
            double sum = 0;
            double product = 1;
            for (int k = 0; k < count; k++) {
                double logit = z[from + k];
                double label = y[from + k];
                sum += Math.max(logit, 0) - label * logit;
                product *= 1 + e[k];
                double sigmoid = (logit >= 0 ? 1 : e[k]) / (1 + e[k]);
                z[from + k] = (float) ((sigmoid - label) * scale);
            }
            return sum + Math.log(product);
        }
    }

    /**
     * Softmax cross-entropy against the labels' confidences scaled to sum to 1: for single-label
     * data. A sample without labels adds nothing. Unknown classes have no meaning here; a config
     * that would ask for them is refused.
     */
    record SoftmaxCrossEntropy(int classes) implements Objective {
        @Override
        public double loss(FloatBuffer logits, Targets targets, FloatBuffer gradient) {
            int n = targets.size();
            float[] z = new float[classes];
            double[] e = new double[classes];
            double sum = 0;
            for (int i = 0; i < n; i++) {
                logits.get(i * classes, z);
                double total = 0;
                for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                    total += targets.confidences()[j];
                }
                sum += total > 0 ? sample(z, e, i, targets, total) : clear(z);
                gradient.put(i * classes, z);
            }
            return sum / n;
        }

        private static double clear(float[] z) {
            Arrays.fill(z, 0);
            return 0;
        }

        /** Turns the logits of sample i into its gradient and returns its loss. */
        private static double sample(float[] z, double[] e, int i, Targets targets, double total) {
            double largest = Double.NEGATIVE_INFINITY;
            for (float value : z) {
                largest = Math.max(largest, value);
            }
            for (int k = 0; k < z.length; k++) {
                e[k] = z[k] - largest;
            }
            Exponential.ofNegatives(e, z.length);
            double sum = 0;
            for (double value : e) {
                sum += value;
            }
            double logSum = largest + Math.log(sum);
            double loss = 0;
            int from = targets.offsets()[i];
            int to = targets.offsets()[i + 1];
            for (int j = from; j < to; j++) {
                loss += targets.confidences()[j] / total * (logSum - z[targets.ids()[j]]);
            }
            double scale = 1 / (sum * targets.size());
            for (int k = 0; k < z.length; k++) {
                z[k] = (float) (e[k] * scale);
            }
            for (int j = from; j < to; j++) {
                z[targets.ids()[j]] -= (float) (targets.confidences()[j] / total / targets.size());
            }
            // NaN logits stay visible: largest is then NaN or -inf and so is the loss.
            return Double.isNaN(logSum) ? Double.NaN : loss;
        }
    }
}
