package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.jft.core.config.ColorJitterConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ColorJitterTest {
    private static final int SIDE = 37;

    private final ColorOperations operations = new ColorOperations(SIDE);
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** One of the four operations; in place on a square, or as its oracle. */
    private interface OnSquare {
        void apply(Squares square, double amount);
    }

    private interface OnValues {
        double[] apply(double[] rgb, double amount);
    }

    @AfterEach
    void close() {
        operations.close();
    }

    @Test
    void shouldChangeBrightness() {
        check((s, f) -> operations.brightness(s.mat(), f), ColorOracle::brightness, 0, 2.5);
    }

    @Test
    void shouldChangeContrast() {
        check((s, f) -> operations.contrast(s.mat(), f), ColorOracle::contrast, 0, 2.5);
    }

    @Test
    void shouldChangeSaturation() {
        check((s, f) -> operations.saturation(s.mat(), f), ColorOracle::saturation, 0, 2.5);
    }

    @Test
    void shouldTurnTheHue() {
        check((s, t) -> operations.hue(s.mat(), t), ColorOracle::hue, -0.5, 0.5);
    }

    @Test
    void shouldDrawFactorsUniformlyAroundOne() {
        ColorJitter jitter = new ColorJitter(new ColorJitterConfig(0.4, 0, 0, 0), operations);
        int[] fifths = new int[5];
        for (int row = 0; row < 5000; row++) {
            Squares square = Squares.plain(SIDE, 100, 100, 100);
            jitter.apply(square.mat(), SampleRandom.of(seed, 0, row));
            int value = square.get(5, 5, 0); // 60 to 140
            assertThat(value).isBetween(60, 140);
            fifths[Math.min(4, (value - 60) / 16)]++;
        }
        for (int count : fifths) {
            assertThat(count).as("seed=%d", seed).isBetween(850, 1150); // 5 sigma
        }
    }

    @Test
    void shouldNeverDrawAFactorBelowZero() {
        ColorJitter jitter = new ColorJitter(new ColorJitterConfig(3, 0, 0, 0), operations);
        int black = 0;
        for (int row = 0; row < 2000; row++) {
            Squares square = Squares.plain(SIDE, 60, 60, 60);
            jitter.apply(square.mat(), SampleRandom.of(seed, 0, row));
            black += square.get(0, 0, 0) == 0 ? 1 : 0; // a factor below 0.5 / 60
        }
        assertThat(black).as("seed=%d", seed).isLessThan(25);
    }

    /** Draw 64 is the order, the lexicographic permutation of that number; 65 to 68 the amounts. */
    @Test
    void shouldApplyAllFourInTheOrderThatIsDrawn() {
        ColorJitterConfig config = new ColorJitterConfig(0.4, 0.5, 0.6, 0.3);
        ColorJitter jitter = new ColorJitter(config, operations);
        boolean[] orders = new boolean[24];
        for (int row = 0; row < 300; row++) {
            Squares square = Squares.noise(SIDE, random);
            SampleRandom draws = SampleRandom.of(seed, 1, row);
            double[] expected = square.values();
            int order = draws.below(64, 24);
            orders[order] = true;
            for (int operation : permutation(order)) {
                double amount = 2 * draws.uniform(65 + operation) - 1;
                expected =
                        switch (operation) {
                            case 0 -> ColorOracle.brightness(expected, 1 + 0.4 * amount);
                            case 1 -> ColorOracle.contrast(expected, 1 + 0.5 * amount);
                            case 2 -> ColorOracle.saturation(expected, 1 + 0.6 * amount);
                            default -> ColorOracle.hue(expected, 0.3 * amount);
                        };
            }
            jitter.apply(square.mat(), draws);
            assertThat(meanDifference(square.values(), expected))
                    .as("seed=%d, row=%d", seed, row)
                    .isLessThan(0.6);
        }
        assertThat(orders).doesNotContain(false);
    }

    @Test
    void shouldChangeNothingWhenItIsOff() {
        ColorJitterConfig off = new ColorJitterConfig(0, 0, 0, 0);
        Squares square = Squares.noise(SIDE, random);
        double[] before = square.values();
        new ColorJitter(off, operations).apply(square.mat(), SampleRandom.of(1, 2, 3));
        assertThat(square.values()).isEqualTo(before);
        assertThat(off.enabled()).isFalse();
        assertThat(new ColorJitterConfig(0, 0, 0, 0.1).enabled()).isTrue();
    }

    /** Half a step of rounding, and OpenCV's coefficients to half of 1/1024, thrice times 255. */
    private void check(OnSquare operation, OnValues oracle, double least, double most) {
        for (int i = 0; i < 40; i++) {
            double amount = i == 0 ? least : least + random.nextDouble() * (most - least);
            Squares square = Squares.noise(SIDE, random);
            double[] expected = oracle.apply(square.values(), amount);
            operation.apply(square, amount);
            double[] actual = square.values();
            for (int k = 0; k < actual.length; k++) {
                assertThat(Math.abs(actual[k] - expected[k]))
                        .as("seed=%d, amount=%s, value %d", seed, amount, k)
                        .isLessThanOrEqualTo(1);
            }
            assertThat(meanDifference(actual, expected)).isLessThan(0.2);
        }
    }

    private static double meanDifference(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }

    private static int[] permutation(int number) {
        int[] next = {0, 1, 2, 3};
        for (int i = 0; i < number; i++) {
            int pivot = 2;
            while (next[pivot] > next[pivot + 1]) {
                pivot--;
            }
            int swap = 3;
            while (next[swap] < next[pivot]) {
                swap--;
            }
            int held = next[pivot];
            next[pivot] = next[swap];
            next[swap] = held;
            Arrays.sort(next, pivot + 1, 4); // the tail descends: sorted is reversed
        }
        return next;
    }
}
