package org.jft.eval.transfer.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShotsTest {
    private final Examples examples = RandomExamples.exclusive(new Random(1), 95, 3, 10);

    @Test
    void shouldDrawAsManyOfEachClassAsThereAreUpToTheCount() {
        for (int count : new int[] {1, 5, 10}) {
            Shots shots = Shots.draw(examples, count, 7);
            int[] ofClass = new int[10];
            for (int i : shots.chosen()) {
                ofClass[examples.labels()[i][0]]++;
            }
            for (int k = 0; k < 10; k++) {
                assertThat(ofClass[k]).isEqualTo(Math.min(count, k < 5 ? 10 : 9));
            }
            assertThat(IntStream.concat(Arrays.stream(shots.chosen()), Arrays.stream(shots.rest())))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 95).boxed().toList());
        }
    }

    @Test
    void shouldNestDrawsOfOneSeedAndTellSeedsApart() {
        int[] one = Shots.draw(examples, 1, 7).chosen();
        assertThat(Shots.draw(examples, 5, 7).chosen()).contains(one);
        assertThat(Shots.draw(examples, 1, 7).chosen()).isEqualTo(one);
        assertThat(Shots.draw(examples, 1, 8).chosen()).isNotEqualTo(one);
    }
}
