package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    /** Mean 3, standard deviation 1.58114; t of 4 degrees of freedom at 95% is 2.77645. */
    @Test
    void shouldGiveStudentsInterval() {
        double[] random = {10, 20, 30, 40, 50};
        double[] pretrained = {11, 22, 33, 44, 55};
        PairedDifference difference = PairedDifference.of(pretrained, random, 0.95, 1000);
        assertThat(difference.mean()).isEqualTo(3, within(1e-12));
        assertThat(difference.t().low()).isEqualTo(3 - 1.96324, within(1e-4));
        assertThat(difference.t().high()).isEqualTo(3 + 1.96324, within(1e-4));
        assertThat(difference.bootstrap().low()).isBetween(1.2, 2.2);
        assertThat(difference.bootstrap().high()).isBetween(3.8, 4.8);
        assertThat(PairedDifference.of(pretrained, random, 0.95, 1000)).isEqualTo(difference);
    }

    /** Pairs share what makes a seed easy or hard: that must not widen the interval. */
    @Test
    void shouldCoverTheTruthAsOftenAsItSays() {
        Random random = new Random(5);
        int byT = 0;
        int byBootstrap = 0;
        int draws = 400;
        for (int draw = 0; draw < draws; draw++) {
            double[] a = new double[8];
            double[] b = new double[8];
            for (int i = 0; i < 8; i++) {
                double shared = 10 * random.nextGaussian();
                a[i] = shared + 0.5 + random.nextGaussian();
                b[i] = shared;
            }
            PairedDifference difference = PairedDifference.of(a, b, 0.95, 400);
            byT += difference.t().contains(0.5) ? 1 : 0;
            byBootstrap += difference.bootstrap().contains(0.5) ? 1 : 0;
        }
        assertThat(byT).isBetween(363, 395);
        assertThat(byBootstrap).isBetween(345, 390);
    }

    @Test
    void shouldRefuseASinglePair() {
        assertThatThrownBy(() -> PairedDifference.of(new double[] {1}, new double[] {1}, 0.95, 10))
                .hasMessage("an interval needs two pairs: 1");
    }
}
