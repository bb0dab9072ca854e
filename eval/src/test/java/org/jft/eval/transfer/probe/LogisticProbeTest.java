package org.jft.eval.transfer.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogisticProbeTest {
    private static final int CLASSES = 4;
    private static final int WIDTH = 6;

    /** The objective as its definition has it, term by term. */
    private static double objective(
            Examples examples, double[][] x, double[][] w, double l2, boolean exclusive) {
        double loss = 0;
        for (int i = 0; i < x.length; i++) {
            double[] z = new double[CLASSES];
            double sum = 0;
            for (int k = 0; k < CLASSES; k++) {
                for (int j = 0; j <= WIDTH; j++) {
                    z[k] += w[k][j] * x[i][j];
                }
                sum += Math.exp(z[k]);
            }
            for (int k = 0; k < CLASSES; k++) {
                boolean own = RandomExamples.isOf(examples, i, k);
                double p = exclusive ? Math.exp(z[k]) / sum : 1 / (1 + Math.exp(-z[k]));
                loss -= own ? Math.log(p) : exclusive ? 0 : Math.log(1 - p);
            }
        }
        loss /= x.length;
        for (double[] ofClass : w) {
            for (int j = 0; j < WIDTH; j++) {
                loss += l2 / 2 * ofClass[j] * ofClass[j];
            }
        }
        return loss;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEndWhereTheObjectiveRisesInEveryDirection(boolean exclusive) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Examples examples =
                exclusive
                        ? RandomExamples.exclusive(random, 90, WIDTH, CLASSES)
                        : RandomExamples.multiLabel(random, 90, WIDTH, CLASSES);
        for (double l2 : new double[] {1e-3, 0.1}) {
            LinearScorer learnt =
                    (LinearScorer) new LogisticProbe(l2, 500, exclusive).fit(examples);
            double[][] x = learnt.standardization().apply(examples.features(), 1);
            double[][] w = learnt.weights();
            double lowest = objective(examples, x, w, l2, exclusive);
            double step = 1e-3;
            for (int k = 0; k < CLASSES; k++) {
                for (int j = 0; j <= WIDTH; j++) {
                    double at = w[k][j];
                    w[k][j] = at + step;
                    double above = objective(examples, x, w, l2, exclusive);
                    w[k][j] = at - step;
                    double below = objective(examples, x, w, l2, exclusive);
                    w[k][j] = at;
                    assertThat((above - below) / (2 * step))
                            .as("seed %s l2 %s class %s feature %s", seed, l2, k, j)
                            .isCloseTo(0, within(3e-5));
                    assertThat(lowest).isLessThan(Math.min(above, below) + 1e-7);
                }
            }
        }
    }

    @Test
    void shouldLearnTheSameBitsOnAnyNumberOfCores() throws Exception {
        Examples examples = RandomExamples.exclusive(new Random(1), 500, WIDTH, CLASSES);
        LogisticProbe probe = new LogisticProbe(1e-3, 30, true);
        ForkJoinPool one = new ForkJoinPool(1);
        ForkJoinPool four = new ForkJoinPool(4);
        try {
            LinearScorer a = (LinearScorer) one.submit(() -> probe.fit(examples)).get();
            LinearScorer b = (LinearScorer) four.submit(() -> probe.fit(examples)).get();
            assertThat(a.weights()).isDeepEqualTo(b.weights());
        } finally {
            one.shutdown();
            four.shutdown();
        }
    }

    @Test
    void shouldFindTheBottomOfACurvedValley() {
        Lbfgs.Function rosenbrock =
                (x, gradient) -> {
                    double a = 1 - x[0];
                    double b = x[1] - x[0] * x[0];
                    gradient[0] = -2 * a - 400 * x[0] * b;
                    gradient[1] = 200 * b;
                    return a * a + 100 * b * b;
                };
        double[] found = new Lbfgs(200, 1e-9).minimise(rosenbrock, new double[] {-1.2, 1});
        assertThat(found).containsExactly(new double[] {1, 1}, within(1e-6));
    }
}
