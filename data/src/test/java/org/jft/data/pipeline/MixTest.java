package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.jft.core.config.MixConfig;
import org.jft.data.image.SampleRandom;
import org.junit.jupiter.api.Test;

class MixTest {
    private static final int DRAWS = 20_000;
    private static final int SIDE = 224;

    private final long seed = new Random().nextLong();

    /** The distribution functions that have a closed form. */
    @Test
    void shouldDrawSharesFromABeta() {
        assertDistributed(1, x -> x);
        assertDistributed(0.5, x -> 2 / Math.PI * Math.asin(Math.sqrt(x)));
        assertDistributed(2, x -> x * x * (3 - 2 * x));
        assertDistributed(3, x -> x * x * x * (10 - 15 * x + 6 * x * x));
    }

    /** Var of Beta(a, a) is 1 / (4 (2 a + 1)); its mean a half. */
    @Test
    void shouldHaveTheMomentsOfABetaForAnyAlpha() {
        for (double alpha : new double[] {0.01, 0.1, 0.2, 0.4, 0.8, 1.5, 8, 100}) {
            double[] shares = shares(alpha);
            assertThat(shares).doesNotContain(Double.NaN);
            double mean = Arrays.stream(shares).average().orElseThrow();
            double variance =
                    Arrays.stream(shares).map(s -> (s - 0.5) * (s - 0.5)).average().orElseThrow();
            double expected = 1 / (4 * (2 * alpha + 1));
            double sigma = Math.sqrt(expected / DRAWS);
            assertThat(mean).as("seed=%d, %s", seed, alpha).isCloseTo(0.5, within(5 * sigma));
            assertThat(variance)
                    .as("seed=%d, alpha=%s", seed, alpha)
                    .isCloseTo(expected, within(0.06 * expected));
        }
    }

    @Test
    void shouldStayInBoundsAtTheEndsOfTheDraws() {
        for (double alpha : new double[] {0.01, 0.2, 1, 100}) {
            for (double radius : new double[] {0, 0x1p-53, 0.5, 1 - 0x1p-53}) {
                for (double angle : new double[] {0, 0.25, 0.5, 0.75, 1 - 0x1p-53}) {
                    assertThat(Mix.beta(alpha, radius, angle)).isBetween(0.0, 1.0);
                }
            }
        }
    }

    @Test
    void shouldSwapASquareOfTheDrawnAreaWhereItFits() {
        int inside = 0;
        for (int row = 0; row < 2000; row++) {
            Mix mix = Mix.draw(new MixConfig(0, 1), SIDE, SampleRandom.of(seed, 0, row));
            assertThat(mix.cut()).isTrue();
            assertThat(mix.left()).isBetween(0, mix.right());
            assertThat(mix.top()).isBetween(0, mix.bottom());
            assertThat(Math.max(mix.right(), mix.bottom())).isLessThanOrEqualTo(SIDE);
            int width = mix.right() - mix.left();
            int height = mix.bottom() - mix.top();
            assertThat(1 - mix.share())
                    .isCloseTo(width * height / (double) (SIDE * SIDE), within(1e-12));
            if (mix.left() > 0 && mix.top() > 0 && mix.right() < SIDE && mix.bottom() < SIDE) {
                assertThat(width).isEqualTo(height);
                inside++;
            }
        }
        assertThat(inside).as("seed=%d", seed).isBetween(200, 1800);
    }

    @Test
    void shouldDrawOneOfBothKindsWhenBothAreOn() {
        int cut = 0;
        for (int row = 0; row < 4000; row++) {
            SampleRandom random = SampleRandom.of(seed, 0, row);
            cut += Mix.draw(new MixConfig(0.2, 1), SIDE, random).cut() ? 1 : 0;
            assertThat(Mix.draw(new MixConfig(0.2, 0), SIDE, random).cut()).isFalse();
        }
        assertThat(cut).as("seed=%d", seed).isBetween(1840, 2160); // 5 sigma
    }

    /** Kolmogorov and Smirnov: above 2.3 / sqrt(n) once in 20,000 times. */
    private void assertDistributed(double alpha, DoubleUnaryOperator distribution) {
        double[] shares = shares(alpha);
        Arrays.sort(shares);
        double worst = 0;
        for (int i = 0; i < DRAWS; i++) {
            double expected = distribution.applyAsDouble(shares[i]);
            worst = Math.max(worst, Math.abs(expected - (i + 0.5) / DRAWS));
        }
        assertThat(worst).as("seed=%d, alpha=%s", seed, alpha).isLessThan(2.3 / Math.sqrt(DRAWS));
    }

    private double[] shares(double alpha) {
        MixConfig config = new MixConfig(alpha, 0);
        double[] shares = new double[DRAWS];
        for (int row = 0; row < DRAWS; row++) {
            shares[row] = Mix.draw(config, SIDE, SampleRandom.of(seed, 0, row)).share();
        }
        return shares;
    }
}
