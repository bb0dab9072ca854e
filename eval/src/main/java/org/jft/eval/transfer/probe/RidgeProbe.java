package org.jft.eval.transfer.probe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Least squares of +1 for an image's classes and -1 for the others, with L2, in closed form: what
 * big_vision's few-shot evaluator solves. Features are standardized, and one of value {@link #BIAS}
 * is added, which makes the penalty on the bias negligible.
 *
 * <pre>
 *   W = (X'X + l2 I)^-1 X'Y        width + 1 unknowns a class, if there are that many images
 *     = X' (XX' + l2 I)^-1 Y       else: as many unknowns as images
 * </pre>
 *
 * @param l2 positive; big_vision's is 1024
 */
public record RidgeProbe(double l2) implements Probe {
    private static final double BIAS = 100;

    public RidgeProbe {
        checkArgument(l2 > 0, "l2 must be positive: %s", l2);
    }

    @Override
    public Scorer fit(Examples examples) {
        Standardization standardization = Standardization.of(examples.features());
        double[][] x = standardization.apply(examples.features(), BIAS);
        double[][] weights =
                examples.size() < x[0].length ? byImages(x, examples) : byFeatures(x, examples);
        return new LinearScorer(standardization, BIAS, weights);
    }

    private double[][] byFeatures(double[][] x, Examples examples) {
        double[][] columns = transposed(x);
        Cholesky factor = Cholesky.of(gram(columns));
        return solve(
                examples.classes(),
                k -> {
                    double[] y = targets(examples, k);
                    double[] w = new double[columns.length];
                    Arrays.setAll(w, j -> LinearScorer.dot(columns[j], y));
                    factor.solve(w);
                    return w;
                });
    }

    private double[][] byImages(double[][] x, Examples examples) {
        double[][] columns = transposed(x);
        Cholesky factor = Cholesky.of(gram(x));
        return solve(
                examples.classes(),
                k -> {
                    double[] alpha = targets(examples, k);
                    factor.solve(alpha);
                    double[] w = new double[columns.length];
                    Arrays.setAll(w, j -> LinearScorer.dot(columns[j], alpha));
                    return w;
                });
    }

    /** Each class by itself, so cores change nothing. */
    private static double[][] solve(int classes, IntFunction<double[]> weightsOf) {
        return IntStream.range(0, classes).parallel().mapToObj(weightsOf).toArray(double[][]::new);
    }

    /** Returns the lower part of M M' + l2 I. */
    private double[][] gram(double[][] m) {
        double[][] gram = new double[m.length][m.length];
        IntStream.range(0, m.length)
                .parallel()
                .forEach(
                        i -> {
                            for (int j = 0; j <= i; j++) {
                                gram[i][j] = LinearScorer.dot(m[i], m[j]);
                            }
                            gram[i][i] += l2;
                        });
        return gram;
    }

    private static double[] targets(Examples examples, int k) {
        double[] y = new double[examples.size()];
        Arrays.setAll(y, i -> Arrays.binarySearch(examples.labels()[i], k) >= 0 ? 1 : -1);
        return y;
    }

    private static double[][] transposed(double[][] x) {
        double[][] columns = new double[x[0].length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                columns[j][i] = x[i][j];
            }
        }
        return columns;
    }
}
