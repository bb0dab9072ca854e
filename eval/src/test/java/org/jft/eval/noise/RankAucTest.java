package org.jft.eval.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RankAucTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** Few different values, so that most pairs tie. */
    @Test
    void shouldEqualTheCountOverAllPairs() {
        for (int draw = 0; draw < 200; draw++) {
            float[] found = drawn(1 + random.nextInt(20));
            float[] others = drawn(1 + random.nextInt(20));
            double won = 0;
            for (float a : found) {
                for (float b : others) {
                    won += a > b ? 1 : a == b ? 0.5 : 0;
                }
            }
            double expected = won / (found.length * others.length);
            assertThat(RankAuc.of(found, others))
                    .as("seed=%s", seed)
                    .isEqualTo(expected, within(1e-12));
        }
    }

    private float[] drawn(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(6) - 3;
        }
        return values;
    }

    @Test
    void shouldBeOneHalfOfChanceAndNothingAtTheEnds() {
        float[] low = {-2, -1, 0};
        float[] high = {1, 2};
        assertThat(RankAuc.of(high.clone(), low.clone())).isEqualTo(1);
        assertThat(RankAuc.of(low.clone(), high.clone())).isZero();
        assertThat(RankAuc.of(low.clone(), low.clone())).isEqualTo(0.5);
    }

    /** U / (m n) of more pairs than an int counts. */
    @Test
    void shouldCountMorePairsThanAnIntHolds() {
        float[] found = new float[100_000];
        float[] others = new float[100_000];
        for (int i = 0; i < found.length; i++) {
            found[i] = i;
            others[i] = i - 0.5f;
        }
        // found i beats others 0 to i
        assertThat(RankAuc.of(found, others)).isEqualTo(100_001 / 200_000.0, within(1e-12));
    }
}
