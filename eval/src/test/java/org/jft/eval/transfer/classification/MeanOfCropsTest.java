package org.jft.eval.transfer.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.FloatBuffer;
import java.util.Random;
import org.jft.core.config.TrainConfig.Objective;
import org.junit.jupiter.api.Test;

class MeanOfCropsTest {
    private static final int IMAGES = 5;
    private static final int CROPS = 10;
    private static final int CLASSES = 7;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void shouldAverageTheProbabilitiesOfASigmoid() {
        float[] logits = logits(3);
        float[] reduced = reduce(Objective.SIGMOID, CROPS, logits);
        for (int i = 0; i < IMAGES; i++) {
            for (int k = 0; k < CLASSES; k++) {
                double sum = 0;
                for (int crop = 0; crop < CROPS; crop++) {
                    sum += 1 / (1 + Math.exp(-logits[(i * CROPS + crop) * CLASSES + k]));
                }
                double mean = 1 / (1 + Math.exp(-reduced[i * CLASSES + k]));
                assertThat(mean).as("seed=%d", seed).isCloseTo(sum / CROPS, within(1e-6));
            }
        }
    }

    @Test
    void shouldAverageTheProbabilitiesOfASoftmax() {
        float[] logits = logits(3);
        float[] reduced = reduce(Objective.SOFTMAX, CROPS, logits);
        for (int i = 0; i < IMAGES; i++) {
            double[] mean = new double[CLASSES];
            for (int crop = 0; crop < CROPS; crop++) {
                int from = (i * CROPS + crop) * CLASSES;
                double total = 0;
                for (int k = 0; k < CLASSES; k++) {
                    total += Math.exp(logits[from + k]);
                }
                for (int k = 0; k < CLASSES; k++) {
                    mean[k] += Math.exp(logits[from + k]) / total / CROPS;
                }
            }
            for (int k = 0; k < CLASSES; k++) {
                assertThat(Math.exp(reduced[i * CLASSES + k]))
                        .as("seed=%d", seed)
                        .isCloseTo(mean[k], within(1e-6));
            }
        }
    }

    /** Probabilities of 1 - 1e-22 and 1e-43 are no numbers a float or double could rank. */
    @Test
    void shouldKeepTheOrderOfProbabilitiesThatADoubleWouldRoundToOne() {
        float[] logits = new float[IMAGES * CROPS * CLASSES];
        for (int i = 0; i < logits.length; i++) {
            int image = i / (CROPS * CLASSES);
            logits[i] = (image % 2 == 0 ? 50 : -100) + image;
        }
        float[] reduced = reduce(Objective.SIGMOID, CROPS, logits);
        for (int image = 0; image < IMAGES; image++) {
            double expected = (image % 2 == 0 ? 50 : -100) + image;
            assertThat((double) reduced[image * CLASSES]).isCloseTo(expected, within(1e-4));
        }
    }

    @Test
    void shouldLeaveOneViewOfASigmoidAsItIs() {
        float[] logits = logits(3);
        assertThat(reduce(Objective.SIGMOID, 1, logits)).isEqualTo(logits);
    }

    @Test
    void shouldTakeTheLogarithmOfOneSoftmax() {
        float[] logits = logits(3);
        float[] reduced = reduce(Objective.SOFTMAX, 1, logits);
        for (int i = 0; i < logits.length; i += CLASSES) {
            BigDecimal total = BigDecimal.ZERO;
            for (int k = 0; k < CLASSES; k++) {
                total = total.add(BigDecimal.valueOf(Math.exp(logits[i + k])));
            }
            for (int k = 0; k < CLASSES; k++) {
                double share =
                        BigDecimal.valueOf(Math.exp(logits[i + k]))
                                .divide(total, MathContext.DECIMAL64)
                                .doubleValue();
                assertThat((double) reduced[i + k]).isCloseTo(Math.log(share), within(1e-5));
            }
        }
    }

    private float[] logits(double spread) {
        float[] logits = new float[IMAGES * CROPS * CLASSES];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (spread * random.nextGaussian());
        }
        return logits;
    }

    private static float[] reduce(Objective objective, int crops, float[] logits) {
        float[] copy = logits.clone();
        int images = logits.length / CLASSES / crops;
        new MeanOfCrops(objective, crops, CLASSES).reduce(FloatBuffer.wrap(copy), images);
        return copy;
    }
}
