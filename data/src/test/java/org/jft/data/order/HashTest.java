package org.jft.data.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HashTest {
    /** The JDK's SplittableRandom is SplitMix64: an oracle for the finaliser. */
    @Test
    void shouldMixAsSplitMix64Does() {
        long seed = new Random().nextLong();
        SplittableRandom oracle = new SplittableRandom(seed);
        for (int i = 1; i <= 1000; i++) {
            assertThat(Hash.mix(seed + i * Hash.GOLDEN))
                    .as("seed=%d", seed)
                    .isEqualTo(oracle.nextLong());
        }
    }

    /** The subsets of published runs hang on these values. */
    @Test
    void shouldNeverChange() {
        assertThat(Hash.of(0, 0)).isEqualTo(Hash.mix(Hash.mix(Hash.GOLDEN) + Hash.GOLDEN));
        assertThat(Hash.of(1, 2, 3)).isEqualTo(0xd0734750fde362b3L);
    }

    @Test
    void shouldFlipHalfOfTheBitsWhenOneInputBitFlips() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        long flipped = 0;
        int trials = 3 * 64 * 200;
        for (int trial = 0; trial < trials; trial++) {
            long a = random.nextLong();
            long b = random.nextLong();
            long s = random.nextLong();
            long bit = 1L << trial;
            long other =
                    switch (trial % 3) {
                        case 0 -> Hash.of(s ^ bit, a, b);
                        case 1 -> Hash.of(s, a ^ bit, b);
                        default -> Hash.of(s, a, b ^ bit);
                    };
            flipped += Long.bitCount(Hash.of(s, a, b) ^ other);
        }
        assertThat((double) flipped / trials).as("seed=%d", seed).isBetween(31.8, 32.2);
    }
}
