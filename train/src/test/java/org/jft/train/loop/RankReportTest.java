package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.jft.cluster.collective.Collective;
import org.jft.train.loop.RankReport.Wish;
import org.junit.jupiter.api.Test;

class RankReportTest {
    @Test
    void shouldTravelAsOneNumber() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            float loss = Float.intBitsToFloat(random.nextInt());
            RankReport sent =
                    new RankReport(
                            loss,
                            Wish.values()[random.nextInt(Wish.values().length)],
                            random.nextInt(1_000_000));
            RankReport got = RankReport.unpack(sent.pack());
            assertThat(got).as("seed=%s", seed).isEqualTo(sent);
        }
    }

    @Test
    void shouldKeepTimesOfAnyLengthApartFromTheRest() {
        for (double millis : new double[] {-3, 1e12, Double.MAX_VALUE}) {
            RankReport got = RankReport.unpack(new RankReport(-2.5f, Wish.LEAVE, millis).pack());
            assertThat(got.loss()).isEqualTo(-2.5f);
            assertThat(got.wish()).isEqualTo(Wish.LEAVE);
            assertThat(got.millis())
                    .isCloseTo(Math.max(0, Math.min(millis, 1_677_721.5)), within(0.05));
        }
    }

    @Test
    void shouldSumLossesAndCountWishes() {
        List<RankReport> all =
                List.of(new RankReport(1.5f, Wish.GO_ON, 1), new RankReport(0.25f, Wish.LEAVE, 2));
        assertThat(RankReport.loss(all)).isEqualTo(1.75);
        assertThat(RankReport.count(all, Wish.LEAVE)).isEqualTo(1);
        assertThat(RankReport.count(all, Wish.LET_IN)).isZero();
        assertThat(all.get(1).gather(Collective.solo())).containsExactly(all.get(1));
    }
}
