package org.jft.train.objective;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jft.core.config.TrainConfig;

/** What is minimised, as a function of logits and labels. */
public sealed interface Objective {
    /** Returns the objective a config names, over {@code classes} classes. */
    static Objective of(TrainConfig.Objective objective, int classes) {
        return switch (objective) {
            case SIGMOID -> new SigmoidCrossEntropy(classes);
            case SOFTMAX -> new SoftmaxCrossEntropy(classes);
        };
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
     * 4.1, with soft targets).
     */
    record SigmoidCrossEntropy(int classes) implements Objective {
        @Override
        public double loss(FloatBuffer logits, Targets targets, FloatBuffer gradient) {
            int n = targets.size();
            float[] z = new float[classes];
            float[] y = new float[classes];
            double sum = 0;
            for (int i = 0; i < n; i++) {
                logits.get(i * classes, z);
                Arrays.fill(y, 0);
                for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                    y[targets.ids()[j]] = targets.confidences()[j];
                }
                for (int k = 0; k < classes; k++) {
                    // log(1 + e^z) without overflow: max(z, 0) + log1p(e^-|z|)
                    double e = Math.exp(-Math.abs(z[k]));
                    sum += Math.max(z[k], 0) + Math.log1p(e) - (double) y[k] * z[k];
                    double sigmoid = (z[k] >= 0 ? 1 : e) / (1 + e);
                    z[k] = (float) ((sigmoid - y[k]) / n);
                }
                gradient.put(i * classes, z);
            }
            return sum / n;
        }
    }

    /**
     * Softmax cross-entropy against the labels' confidences scaled to sum to 1: for single-label
     * data. A sample without labels adds nothing.
     */
    record SoftmaxCrossEntropy(int classes) implements Objective {
        @Override
        public double loss(FloatBuffer logits, Targets targets, FloatBuffer gradient) {
            int n = targets.size();
            float[] z = new float[classes];
            double sum = 0;
            for (int i = 0; i < n; i++) {
                logits.get(i * classes, z);
                double total = 0;
                for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                    total += targets.confidences()[j];
                }
                sum += total > 0 ? sample(z, i, targets, total, n) : clear(z);
                gradient.put(i * classes, z);
            }
            return sum / n;
        }

        private static double clear(float[] z) {
            Arrays.fill(z, 0);
            return 0;
        }

        /** Turns the logits of sample i into its gradient and returns its loss. */
        private static double sample(float[] z, int i, Targets targets, double total, int n) {
            double largest = Double.NEGATIVE_INFINITY;
            for (float value : z) {
                largest = Math.max(largest, value);
            }
            double sum = 0;
            for (float value : z) {
                sum += Math.exp(value - largest);
            }
            double logSum = largest + Math.log(sum);
            double loss = 0;
            int from = targets.offsets()[i];
            int to = targets.offsets()[i + 1];
            for (int j = from; j < to; j++) {
                loss += targets.confidences()[j] / total * (logSum - z[targets.ids()[j]]);
            }
            for (int k = 0; k < z.length; k++) {
                z[k] = (float) (Math.exp(z[k] - logSum) / n);
            }
            for (int j = from; j < to; j++) {
                z[targets.ids()[j]] -= (float) (targets.confidences()[j] / total / n);
            }
            // NaN logits stay visible: largest is then NaN or -inf and so is the loss.
            return Double.isNaN(logSum) ? Double.NaN : loss;
        }
    }
}
