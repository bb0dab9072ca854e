package org.jft.data.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PermutationTest {
    @Test
    void shouldBeABijectionOfEverySmallSize() {
        for (int size = 1; size <= 300; size++) {
            for (long key = 0; key < 20; key++) {
                assertBijective(size, key);
            }
        }
    }

    @Test
    void shouldBeABijectionOfLargeSizes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        assertBijective(1 << 20, seed);
        assertBijective((1 << 20) + 1, seed);
        for (int i = 0; i < 5; i++) {
            assertBijective(1 + random.nextInt(3_000_000), seed);
        }
    }

    @Test
    void shouldNotCollideAmongThreeHundredMillion() {
        long seed = new Random().nextLong();
        long size = 300_000_000;
        int samples = 2_000_000; // a random function would collide about 6,700 times
        long first = new Random(seed).nextInt((int) size - samples);
        long[] images = new long[samples];
        for (int i = 0; i < samples; i++) {
            images[i] = Permutation.at(size, seed, first + i);
        }
        Arrays.sort(images);
        assertThat(images[0]).isNotNegative();
        assertThat(images[samples - 1]).isLessThan(size);
        for (int i = 1; i < samples; i++) {
            if (images[i] == images[i - 1]) {
                assertThat(images[i]).as("seed=%d", seed).isNotEqualTo(images[i - 1]);
            }
        }
    }

    /** Over many keys, every element should land everywhere equally often. */
    @Test
    void shouldSendEveryElementEverywhere() {
        int keys = 20_000;
        for (int size : new int[] {2, 3, 5, 8, 13}) {
            int[][] hits = new int[size][size];
            for (int key = 0; key < keys; key++) {
                for (int x = 0; x < size; x++) {
                    hits[x][(int) Permutation.at(size, Hash.of(7, key), x)]++;
                }
            }
            double expected = (double) keys / size;
            double fiveSigma = 5 * Math.sqrt(expected);
            for (int[] row : hits) {
                for (int count : row) {
                    assertThat((double) count)
                            .as("size=%d", size)
                            .isBetween(expected - fiveSigma, expected + fiveSigma);
                }
            }
        }
    }

    /** A shuffle of n elements has one fixed point on average, whatever n. */
    @Test
    void shouldHaveOneFixedPointOnAverage() {
        int keys = 2000;
        int fixed = 0;
        for (int key = 0; key < keys; key++) {
            for (int x = 0; x < 1000; x++) {
                fixed += Permutation.at(1000, Hash.of(3, key), x) == x ? 1 : 0;
            }
        }
        assertThat((double) fixed / keys).isBetween(0.88, 1.12);
    }

    private static void assertBijective(int size, long key) {
        BitSet seen = new BitSet(size);
        for (int x = 0; x < size; x++) {
            seen.set((int) Permutation.at(size, key, x));
        }
        assertThat(seen.cardinality()).as("size=%d, key=%d", size, key).isEqualTo(size);
        assertThat(seen.length()).as("size=%d, key=%d", size, key).isEqualTo(size);
    }
}
