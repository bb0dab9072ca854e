package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SampleRandomTest {
    @Test
    void shouldDrawUniformly() {
        int[] tenths = new int[10];
        for (long row = 0; row < 10_000; row++) {
            for (int draw = 0; draw < 10; draw++) {
                double value = SampleRandom.of(1, 2, row).uniform(draw);
                assertThat(value).isBetween(0.0, Math.nextDown(1.0));
                tenths[(int) (10 * value)]++;
            }
        }
        for (int count : tenths) {
            assertThat(count).isBetween(9_500, 10_500); // 5 sigma
        }
    }

    @Test
    void shouldDrawAnotherNumberForEverySeedEpochRowAndDraw() {
        Set<Double> values = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            for (long epoch = 0; epoch < 10; epoch++) {
                for (long row = 0; row < 10; row++) {
                    for (int draw = 0; draw < 10; draw++) {
                        values.add(SampleRandom.of(seed, epoch, row).uniform(draw));
                    }
                }
            }
        }
        assertThat(values).hasSize(10_000);
    }

    @Test
    void shouldReachEveryIntegerBelowTheBoundAndNoOther() {
        int[] hits = new int[7];
        for (long row = 0; row < 7000; row++) {
            hits[SampleRandom.of(0, 0, row).below(3, 7)]++;
        }
        for (int hit : hits) {
            assertThat(hit).isBetween(850, 1150);
        }
        assertThat(SampleRandom.of(0, 0, 0).below(0, 1)).isZero();
    }
}
