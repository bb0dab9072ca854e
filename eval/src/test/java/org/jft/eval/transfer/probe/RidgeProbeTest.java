package org.jft.eval.transfer.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RidgeProbeTest {
    private static final double BIAS = 100;

    /** The normal equations: the gradient of the squared error and the penalty is zero. */
    @ParameterizedTest
    @CsvSource({"5, 20, 3", "21, 20, 4", "200, 7, 5", "1, 4, 2", "60, 8, 1"})
    void shouldSolveTheNormalEquationsWithFewAndWithManyImages(int n, int width, int classes) {
        long seed = System.nanoTime();
        Examples examples =
                RandomExamples.multiLabel(new Random(seed), n, width, Math.max(2, classes));
        for (double l2 : new double[] {0.1, 1024}) {
            LinearScorer learnt = (LinearScorer) new RidgeProbe(l2).fit(examples);
            double[][] x = standardized(examples);
            for (int k = 0; k < examples.classes(); k++) {
                double[] w = learnt.weights()[k];
                for (int j = 0; j <= width; j++) {
                    double gradient = l2 * w[j];
                    double size = Math.abs(gradient);
                    for (int i = 0; i < n; i++) {
                        double y = RandomExamples.isOf(examples, i, k) ? 1 : -1;
                        double error = -y;
                        for (int m = 0; m <= width; m++) {
                            error += w[m] * x[i][m];
                        }
                        gradient += x[i][j] * error;
                        size += Math.abs(x[i][j]);
                    }
                    assertThat(gradient)
                            .as("seed %s l2 %s class %s feature %s", seed, l2, k, j)
                            .isCloseTo(0, within(1e-8 * size));
                }
            }
        }
    }

    @Test
    void shouldFindTheClassesOfOtherImages() {
        Random random = new Random(3);
        Examples all = RandomExamples.exclusive(random, 300, 10, 3);
        Examples learnt = all.only(Shots.draw(all, 25, 1).chosen());
        Probe.Scorer scorer = new RidgeProbe(1024).fit(learnt);
        int right = 0;
        for (int i = 0; i < all.size(); i++) {
            float[] scores = scorer.score(all.features()[i]);
            int own = all.labels()[i][0];
            right += scores[own] >= Math.max(scores[0], Math.max(scores[1], scores[2])) ? 1 : 0;
        }
        assertThat(right).isGreaterThan(270);
    }

    @Test
    void shouldRefuseAProblemThatMayHaveNoSolution() {
        assertThatThrownBy(() -> new RidgeProbe(0)).hasMessage("l2 must be positive: 0.0");
        assertThatThrownBy(() -> Cholesky.of(new double[][] {{1, 0}, {2, 1}}))
                .hasMessage("not positive definite at row 1");
    }

    private static double[][] standardized(Examples examples) {
        int n = examples.size();
        int width = examples.width();
        double[][] x = new double[n][width + 1];
        for (int j = 0; j < width; j++) {
            double sum = 0;
            double squares = 0;
            for (float[] row : examples.features()) {
                sum += row[j];
                squares += (double) row[j] * row[j];
            }
            double mean = sum / n;
            double deviation = Math.sqrt(Math.max(0, squares / n - mean * mean)) + 1e-5;
            for (int i = 0; i < n; i++) {
                x[i][j] = (examples.features()[i][j] - mean) / deviation;
                x[i][width] = BIAS;
            }
        }
        return x;
    }
}
