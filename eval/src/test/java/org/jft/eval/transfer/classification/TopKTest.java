package org.jft.eval.transfer.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class TopKTest {
    @Test
    void shouldHitWhenAnyOfTheBestKClassesIsTrue() {
        TopK topK = new TopK(3, all(4));
        topK.accept(new float[] {0.1f, 0.9f, 0.5f, 0.3f}, new int[] {1}); // rank 0
        topK.accept(new float[] {0.1f, 0.9f, 0.5f, 0.3f}, new int[] {0, 2}); // best true: rank 1
        topK.accept(new float[] {0.1f, 0.9f, 0.5f, 0.3f}, new int[] {0}); // rank 3: beyond

        assertThat(topK.rate(1)).isCloseTo(1.0 / 3, within(1e-15));
        assertThat(topK.rate(2)).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(topK.rate(3)).isCloseTo(2.0 / 3, within(1e-15));
    }

    @Test
    void shouldNotCountARootThatIsTrueOnEveryImage() {
        // Class 0 is the root: always best-scored, always true.
        BitSet leaves = all(3);
        leaves.clear(0);
        TopK topK = new TopK(1, leaves);
        topK.accept(new float[] {9, 1, 2}, new int[] {0, 1});
        topK.accept(new float[] {9, 1, 2}, new int[] {0, 2});

        assertThat(topK.rate(1)).isEqualTo(0.5);
    }

    @Test
    void shouldSkipAndCountImagesWithoutACandidateLabel() {
        BitSet leaves = all(3);
        leaves.clear(0);
        TopK topK = new TopK(1, leaves);
        topK.accept(new float[] {9, 1, 2}, new int[] {0});
        topK.accept(new float[] {9, 1, 2}, new int[] {});
        topK.accept(new float[] {9, 1, 2}, new int[] {2});

        assertThat(topK.rate(1)).isEqualTo(1);
        assertThat(topK.images()).isEqualTo(3);
        assertThat(topK.skipped()).isEqualTo(2);
    }

    @Test
    void shouldRankEqualScoresByClassId() {
        TopK topK = new TopK(2, all(3));
        topK.accept(new float[] {1, 1, 1}, new int[] {0});
        topK.accept(new float[] {1, 1, 1}, new int[] {1});
        topK.accept(new float[] {1, 1, 1}, new int[] {2});

        assertThat(topK.rate(1)).isCloseTo(1.0 / 3, within(1e-15));
        assertThat(topK.rate(2)).isCloseTo(2.0 / 3, within(1e-15));
    }

    @Test
    void shouldHitAlwaysWhenFewerCandidatesThanK() {
        TopK topK = new TopK(5, all(3));
        topK.accept(new float[] {3, 2, 1}, new int[] {2});
        assertThat(topK.rate(5)).isEqualTo(1);
        assertThat(topK.rate(1)).isZero();
    }

    @Test
    void shouldAgreeWithAFullSortOnRandomSets() {
        for (long seed = 1; seed <= 60; seed++) {
            Random random = new Random(seed);
            int classes = 2 + random.nextInt(30);
            BitSet candidates = new BitSet();
            IntStream.range(0, classes).filter(k -> random.nextInt(3) > 0).forEach(candidates::set);
            candidates.set(random.nextInt(classes));
            int deepest = 1 + random.nextInt(7);
            TopK topK = new TopK(deepest, candidates);
            long[] hits = new long[deepest + 1];
            long skipped = 0;
            int images = 1 + random.nextInt(200);
            for (int i = 0; i < images; i++) {
                float[] scores = new float[classes];
                for (int k = 0; k < classes; k++) {
                    scores[k] = random.nextInt(6);
                }
                int[] labels = random.ints(0, classes).distinct().limit(2).toArray();
                topK.accept(scores, labels);
                if (Arrays.stream(labels).noneMatch(candidates::get)) {
                    skipped++;
                    continue;
                }
                int[] ranking =
                        candidates.stream()
                                .boxed()
                                .sorted(
                                        Comparator.<Integer>comparingDouble(k -> -scores[k])
                                                .thenComparing(k -> k))
                                .mapToInt(k -> k)
                                .toArray();
                for (int k = 1; k <= deepest; k++) {
                    boolean hit =
                            Arrays.stream(ranking)
                                    .limit(k)
                                    .anyMatch(c -> Arrays.stream(labels).anyMatch(t -> t == c));
                    hits[k] += hit ? 1 : 0;
                }
            }
            assertThat(topK.skipped()).as("seed %s", seed).isEqualTo(skipped);
            for (int k = 1; k <= deepest && skipped < images; k++) {
                assertThat(topK.rate(k))
                        .as("seed %s, k %s", seed, k)
                        .isEqualTo((double) hits[k] / (images - skipped));
            }
        }
    }

    @Test
    void shouldSayThatNothingCouldBeScored() {
        TopK topK = new TopK(1, all(2));
        topK.accept(new float[2], new int[] {});
        assertThatThrownBy(() -> topK.rate(1))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("none of 1 held-out images");
        assertThatThrownBy(() -> topK.rate(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TopK(1, new BitSet()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static BitSet all(int classes) {
        BitSet set = new BitSet();
        set.set(0, classes);
        return set;
    }
}
