package org.jft.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ExponentialTest {
    @Test
    void shouldStayWithinItsRelativeError() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        double[] x = random.doubles(20_000, -40, 0).toArray();
        double[] e = x.clone();
        Exponential.ofNegatives(e, e.length);
        for (int i = 0; i < x.length; i++) {
            assertThat(e[i])
                    .as("seed=%s x=%s", seed, x[i])
                    .isCloseTo(Math.exp(x[i]), withinPercentage(1e-6));
        }
    }

    @Test
    void shouldEndWhereAFloatCannotTellAndLeaveTheRestAlone() {
        double[] e = {0, -0.0, -1e30, Double.NEGATIVE_INFINITY, Double.NaN, -1};
        Exponential.ofNegatives(e, 5);
        assertThat(e[0]).isEqualTo(1);
        assertThat(e[1]).isEqualTo(1);
        assertThat(e[2]).isBetween(0.0, 1e-17);
        assertThat(e[3]).isBetween(0.0, 1e-17);
        assertThat(e[4]).isNaN();
        assertThat(e[5]).isEqualTo(-1);
    }
}
