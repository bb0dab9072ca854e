package org.jft.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.jft.core.config.ObjectiveConfig.plain;

import java.nio.FloatBuffer;
import java.util.Random;
import org.jft.core.config.TrainConfig;
import org.junit.jupiter.api.Test;

class ObjectiveTest {
    private static final int CLASSES = 4;
    private static final Targets TARGETS =
            new Targets(
                    new int[] {0, 2, 2, 3},
                    new int[] {1, 3, 0},
                    new float[] {1f, 0.5f, 1f}); // two labels, none, one

    private final long seed = System.nanoTime();

    @Test
    void shouldEqualTheDefinitionOfSigmoidCrossEntropy() {
        double[][] y = {{0, 1, 0, 0.5}, {0, 0, 0, 0}, {1, 0, 0, 0}};
        FloatBuffer z = logits();
        double expected = 0;
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < CLASSES; k++) {
                double p = 1 / (1 + Math.exp(-z.get(i * CLASSES + k)));
                expected -= y[i][k] * Math.log(p) + (1 - y[i][k]) * Math.log(1 - p);
            }
        }
        double loss = sigmoid().loss(z, TARGETS, FloatBuffer.allocate(3 * CLASSES));
        assertThat(loss).as("seed=%s", seed).isCloseTo(expected / 3, within(1e-6));
    }

    @Test
    void shouldEqualTheDefinitionOfSoftmaxCrossEntropy() {
        double[][] y = {{0, 1 / 1.5, 0, 0.5 / 1.5}, {0, 0, 0, 0}, {1, 0, 0, 0}};
        FloatBuffer z = logits();
        double expected = 0;
        for (int i = 0; i < 3; i++) {
            double sum = 0;
            for (int k = 0; k < CLASSES; k++) {
                sum += Math.exp(z.get(i * CLASSES + k));
            }
            for (int k = 0; k < CLASSES; k++) {
                expected -= y[i][k] * Math.log(Math.exp(z.get(i * CLASSES + k)) / sum);
            }
        }
        double loss = softmax().loss(z, TARGETS, FloatBuffer.allocate(3 * CLASSES));
        assertThat(loss).as("seed=%s", seed).isCloseTo(expected / 3, within(1e-6));
    }

    @Test
    void shouldGiveTheDerivativeOfItsLoss() {
        for (Objective objective : new Objective[] {sigmoid(), softmax()}) {
            FloatBuffer z = logits();
            FloatBuffer gradient = FloatBuffer.allocate(3 * CLASSES);
            FloatBuffer unused = FloatBuffer.allocate(3 * CLASSES);
            objective.loss(z, TARGETS, gradient);
            float h = 1 / 256f;
            for (int i = 0; i < 3 * CLASSES; i++) {
                float at = z.get(i);
                double up = objective.loss(z.put(i, at + h), TARGETS, unused);
                double down = objective.loss(z.put(i, at - h), TARGETS, unused);
                z.put(i, at);
                assertThat((double) gradient.get(i))
                        .as("%s seed=%s logit %s", objective, seed, i)
                        .isCloseTo((up - down) / (2 * h), within(1e-4));
            }
        }
    }

    /** As many samples and every other class as before; what an unknown class adds is not there. */
    @Test
    void shouldLeaveUnknownClassesOutOfTheLossAndGiveThemNoGradient() {
        FloatBuffer z = logits();
        Targets unknown =
                new Targets(
                        new int[] {0, 2, 3, 4},
                        new int[] {1, 3, 2, 0},
                        new float[] {1f, -1f, -1f, 1f});
        double[][] y = {{0, 1, 0, Double.NaN}, {0, 0, Double.NaN, 0}, {1, 0, 0, 0}};
        double expected = 0;
        double[] expectedGradient = new double[3 * CLASSES];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < CLASSES; k++) {
                double p = 1 / (1 + Math.exp(-z.get(i * CLASSES + k)));
                if (!Double.isNaN(y[i][k])) {
                    expected -= y[i][k] * Math.log(p) + (1 - y[i][k]) * Math.log(1 - p);
                    expectedGradient[i * CLASSES + k] = (p - y[i][k]) / 3;
                }
            }
        }
        FloatBuffer gradient = FloatBuffer.allocate(3 * CLASSES);
        assertThat(sigmoid().loss(z, unknown, gradient))
                .as("seed=%s", seed)
                .isCloseTo(expected / 3, within(1e-6));
        for (int i = 0; i < 3 * CLASSES; i++) {
            assertThat((double) gradient.get(i)).isCloseTo(expectedGradient[i], within(1e-7));
        }
        assertThat(gradient.get(3)).isZero();
        assertThat(gradient.get(CLASSES + 2)).isZero();
    }

    /** Over a head wider than any block, logits from saturated to undecided. */
    @Test
    void shouldAgreeWithDoublePrecisionOverManyClasses() {
        int classes = 1021;
        Random random = new Random(seed);
        FloatBuffer z = FloatBuffer.allocate(2 * classes);
        for (int i = 0; i < z.capacity(); i++) {
            z.put(i, (float) (random.nextGaussian() * (i % 3 == 0 ? 30 : 3)));
        }
        Targets targets =
                new Targets(
                        new int[] {0, 2, 3},
                        new int[] {4, 1020, 600},
                        new float[] {1, 0.25f, 0.5f});
        for (TrainConfig.Objective kind : TrainConfig.Objective.values()) {
            FloatBuffer gradient = FloatBuffer.allocate(2 * classes);
            double[] expected = new double[2 * classes];
            double expectedLoss = 0;
            for (int i = 0; i < 2; i++) {
                double[] y = new double[classes];
                for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                    y[targets.ids()[j]] = targets.confidences()[j];
                }
                expectedLoss += inDoubles(kind, z, y, i * classes, expected);
            }
            double loss = Objective.of(plain(kind), classes).loss(z, targets, gradient);
            assertThat(loss)
                    .as("%s seed=%s", kind, seed)
                    .isCloseTo(expectedLoss / 2, within(1e-7 * Math.abs(expectedLoss)));
            for (int k = 0; k < expected.length; k++) {
                assertThat(2.0 * gradient.get(k))
                        .as("%s seed=%s logit %s", kind, seed, k)
                        .isCloseTo(expected[k], within(1e-7));
            }
        }
    }

    /**
     * One sample's loss by the textbook; its gradient goes into {@code gradient} from an offset.
     */
    private static double inDoubles(
            TrainConfig.Objective kind, FloatBuffer z, double[] y, int offset, double[] gradient) {
        boolean softmax = kind == TrainConfig.Objective.SOFTMAX;
        double largest = Double.NEGATIVE_INFINITY;
        double total = 0;
        for (int k = 0; k < y.length; k++) {
            largest = Math.max(largest, z.get(offset + k));
            total += y[k];
        }
        double sum = 0;
        for (int k = 0; k < y.length; k++) {
            sum += Math.exp(z.get(offset + k) - largest);
        }
        double loss = 0;
        for (int k = 0; k < y.length; k++) {
            double x = z.get(offset + k);
            if (softmax) {
                loss += y[k] / total * (largest + Math.log(sum) - x);
                gradient[offset + k] = Math.exp(x - largest) / sum - y[k] / total;
            } else {
                loss += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - y[k] * x;
                gradient[offset + k] = 1 / (1 + Math.exp(-x)) - y[k];
            }
        }
        return loss;
    }

    @Test
    void shouldStayFiniteAtExtremeLogitsAndShowBrokenOnes() {
        FloatBuffer z = FloatBuffer.wrap(new float[] {1e30f, -1e30f, 100f, -100f});
        Targets one = new Targets(new int[] {0, 1}, new int[] {0}, new float[] {1});
        FloatBuffer gradient = FloatBuffer.allocate(CLASSES);
        assertThat(sigmoid().loss(z, one, gradient)).isCloseTo(100, within(1e-6));
        assertThat(softmax().loss(z, one, gradient)).isZero();
        z.put(2, Float.NaN);
        assertThat(sigmoid().loss(z, one, gradient)).isNaN();
        assertThat(softmax().loss(z, one, gradient)).isNaN();
    }

    private static Objective sigmoid() {
        return Objective.of(plain(TrainConfig.Objective.SIGMOID), CLASSES);
    }

    private static Objective softmax() {
        return Objective.of(plain(TrainConfig.Objective.SOFTMAX), CLASSES);
    }

    private FloatBuffer logits() {
        Random random = new Random(seed);
        FloatBuffer z = FloatBuffer.allocate(3 * CLASSES);
        for (int i = 0; i < z.capacity(); i++) {
            z.put(i, 3 * (float) random.nextGaussian());
        }
        return z;
    }
}
