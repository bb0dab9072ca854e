package org.jft.eval.transfer.probe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Logistic regression on standardized features, by L-BFGS from zero: the mean cross-entropy plus l2
 * / 2 times the sum of the squared weights, biases not counted.
 *
 * @param l2 not negative
 * @param iterations of L-BFGS, at most
 * @param exclusive whether an image has one class, out of a softmax; several share it evenly. Else
 *     every class has a sigmoid of its own, and their losses are summed
 */
public record LogisticProbe(double l2, int iterations, boolean exclusive) implements Probe {
    private static final double TOLERANCE = 1e-5;

    /** Sums that are added in a fixed order, whatever the number of cores. */
    private static final int PARTS = 16;

    public LogisticProbe {
        checkArgument(l2 >= 0, "l2 must not be negative: %s", l2);
        checkArgument(iterations > 0, "iterations must be positive: %s", iterations);
    }

    @Override
    public Scorer fit(Examples examples) {
        Standardization standardization = Standardization.of(examples.features());
        double[][] x = standardization.apply(examples.features(), 1);
        int width = x[0].length;
        double[] flat =
                new Lbfgs(iterations, TOLERANCE)
                        .minimise(
                                (w, gradient) -> loss(x, examples, w, gradient),
                                new double[examples.classes() * width]);
        double[][] weights = new double[examples.classes()][];
        Arrays.setAll(weights, k -> Arrays.copyOfRange(flat, k * width, (k + 1) * width));
        return new LinearScorer(standardization, 1, weights);
    }

    /**
     * Returns the loss.
     *
     * @param x [N][width], the last of each being the bias's 1
     * @param w [K x width]
     * @param gradient [K x width], overwritten
     */
    double loss(double[][] x, Examples examples, double[] w, double[] gradient) {
        int parts = Math.min(PARTS, x.length);
        double[][] gradients = new double[parts][];
        double[] losses = new double[parts];
        IntStream.range(0, parts)
                .parallel()
                .forEach(
                        part -> {
                            gradients[part] = new double[w.length];
                            int to = (int) ((long) x.length * (part + 1) / parts);
                            for (int i = (int) ((long) x.length * part / parts); i < to; i++) {
                                losses[part] += add(x[i], examples.labels()[i], w, gradients[part]);
                            }
                        });
        int width = x[0].length;
        double loss = Arrays.stream(losses).sum() / x.length;
        for (int j = 0; j < w.length; j++) {
            double sum = 0;
            for (double[] part : gradients) {
                sum += part[j];
            }
            double decay = j % width == width - 1 ? 0 : l2 * w[j];
            gradient[j] = sum / x.length + decay;
            loss += decay * w[j] / 2;
        }
        return loss;
    }

    /** Adds one image's gradient and returns its loss. */
    private double add(double[] x, int[] labels, double[] w, double[] gradient) {
        int width = x.length;
        double[] error = new double[w.length / width]; // logits, then d loss / d logits
        for (int k = 0; k < error.length; k++) {
            double logit = 0;
            for (int j = 0; j < width; j++) {
                logit += w[k * width + j] * x[j];
            }
            error[k] = logit;
        }
        double loss = exclusive ? softmax(error, labels) : sigmoids(error, labels);
        for (int k = 0; k < error.length; k++) {
            for (int j = 0; j < width; j++) {
                gradient[k * width + j] += error[k] * x[j];
            }
        }
        return loss;
    }

    private static double softmax(double[] z, int[] labels) {
        if (labels.length == 0) {
            Arrays.fill(z, 0);
            return 0;
        }
        double largest = Arrays.stream(z).max().orElseThrow();
        double sum = 0;
        double own = 0;
        for (double logit : z) {
            sum += Math.exp(logit - largest);
        }
        for (int label : labels) {
            own += z[label] / labels.length;
        }
        for (int k = 0; k < z.length; k++) {
            z[k] = Math.exp(z[k] - largest) / sum;
        }
        for (int label : labels) {
            z[label] -= 1.0 / labels.length;
        }
        return largest + Math.log(sum) - own;
    }

    private static double sigmoids(double[] z, int[] labels) {
        double loss = 0;
        for (int label : labels) {
            loss -= z[label];
        }
        for (int k = 0; k < z.length; k++) {
            double small = Math.exp(-Math.abs(z[k]));
            loss += Math.max(z[k], 0) + Math.log1p(small);
            z[k] = (z[k] >= 0 ? 1 : small) / (1 + small);
        }
        for (int label : labels) {
            z[label] -= 1;
        }
        return loss;
    }
}
