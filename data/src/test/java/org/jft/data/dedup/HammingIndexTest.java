package org.jft.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HammingIndexTest {
    @Test
    void shouldFindWhatALookAtEveryHashFinds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] hashes = random.longs(3000).toArray();
        for (int i = 0; i < 1000; i++) { // neighbours, and some equal ones
            hashes[random.nextInt(hashes.length)] =
                    flipped(hashes[random.nextInt(hashes.length)], random.nextInt(20), random);
        }
        for (int radius = 0; radius <= HammingIndex.MAX_RADIUS; radius++) {
            HammingIndex index = new HammingIndex(hashes, radius);
            int found = 0;
            for (int q = 0; q < 100; q++) {
                long query = flipped(hashes[random.nextInt(3000)], random.nextInt(18), random);
                List<String> expected = new ArrayList<>();
                for (int id = 0; id < hashes.length; id++) {
                    int distance = Long.bitCount(query ^ hashes[id]);
                    if (distance <= radius) {
                        expected.add(id + ":" + distance);
                    }
                }
                List<String> actual = new ArrayList<>();
                index.search(query, (id, distance) -> actual.add(id + ":" + distance));
                assertThat(actual)
                        .as("seed=%s, radius=%s, query=%x", seed, radius, query)
                        .containsExactlyInAnyOrderElementsOf(expected);
                found += expected.size();
            }
            assertThat(found).as("seed=%s, radius=%s", seed, radius).isPositive();
        }
    }

    @Test
    void shouldFindNothingAmongNothing() {
        new HammingIndex(new long[0], 8)
                .search(
                        5,
                        (id, distance) -> {
                            throw new AssertionError("found " + id);
                        });
    }

    @Test
    void shouldRefuseARadiusItIsNotBuiltFor() {
        assertThatThrownBy(() -> new HammingIndex(new long[1], 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("radius=16");
    }

    private static long flipped(long hash, int bits, Random random) {
        long flipped = hash;
        for (int i = 0; i < bits; i++) {
            flipped ^= 1L << random.nextInt(64);
        }
        return flipped;
    }
}
