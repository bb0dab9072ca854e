package org.jft.data.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ProportionTest {
    /** The limits are the shares from which what was counted is just 1.96 deviations away. */
    @Test
    void shouldGiveTheLimitsOfWilsonsTest() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 1000; run++) {
            long trials = 2 + random.nextInt(1000);
            Proportion share = new Proportion(1 + random.nextLong(trials - 1), trials);
            for (double limit : new double[] {share.low(), share.high()}) {
                double deviation = Math.sqrt(limit * (1 - limit) / trials);
                assertThat(Math.abs(share.share() - limit) / deviation)
                        .as("%s, seed=%s", share, seed)
                        .isCloseTo(1.959964, within(1e-6));
            }
            assertThat(share.low()).isLessThan(share.share());
            assertThat(share.high()).isGreaterThan(share.share());
        }
    }

    @Test
    void shouldEndAtZeroAndOne() {
        assertThat(new Proportion(0, 10).low()).isZero();
        assertThat(new Proportion(0, 10).high()).isCloseTo(0.2775, within(1e-4)); // 3.84 / 13.84
        assertThat(new Proportion(10, 10).low()).isCloseTo(0.7225, within(1e-4));
        assertThat(new Proportion(10, 10).high()).isEqualTo(1);
        assertThat(new Proportion(0, 0).low()).isZero();
        assertThat(new Proportion(0, 0).high()).isEqualTo(1);
    }
}
