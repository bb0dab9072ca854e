package org.jft.data.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LabelsTest {
    @Test
    void shouldUniteTheLabelsOfTwoImagesByTheirShares() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int run = 0; run < 500; run++) {
            Map<Integer, Float> first = labels(random);
            Map<Integer, Float> second = labels(random);
            double share = random.nextDouble();
            TreeMap<Integer, Double> expected = new TreeMap<>();
            first.forEach((id, c) -> expected.merge(id, share * c, Double::sum));
            second.forEach((id, c) -> expected.merge(id, (1 - share) * c, Double::sum));

            Labels mixed = Labels.mixed(of(first), share, of(second));

            assertThat(mixed.ids())
                    .as("seed=%d", seed)
                    .isEqualTo(expected.keySet().stream().mapToInt(id -> id).toArray());
            for (int i = 0; i < mixed.size(); i++) {
                assertThat((double) mixed.confidences()[i])
                        .isCloseTo(expected.get(mixed.ids()[i]), within(1e-6))
                        .isBetween(0.0, 1.0);
            }
        }
    }

    @Test
    void shouldNeverBeMoreThanCertain() {
        Labels certain = new Labels(new int[] {4}, new float[] {1});
        for (int i = 0; i <= 1000; i++) {
            assertThat(Labels.mixed(certain, i / 1000.0, certain).confidences())
                    .containsExactly(1f);
        }
    }

    @Test
    void shouldIgnoreWhatOneOfTwoMixedImagesIgnores() {
        Labels one = new Labels(new int[] {1, 2, 3}, new float[] {1, Labels.IGNORED, 0.5f});
        Labels other = new Labels(new int[] {2, 3, 4}, new float[] {1, Labels.IGNORED, 1});
        Labels mixed = Labels.mixed(one, 0.25, other);
        assertThat(mixed.ids()).containsExactly(1, 2, 3, 4);
        assertThat(mixed.confidences())
                .containsExactly(0.25f, Labels.IGNORED, Labels.IGNORED, 0.75f);
        assertThat(Labels.mixed(one, 1, other).confidences())
                .containsExactly(1f, Labels.IGNORED, 0.5f, 0f);
    }

    @Test
    void shouldScaleConfidencesToSumToOne() {
        Labels scaled = new Labels(new int[] {2, 7}, new float[] {0.3f, 0.6f}).scaledToOne();
        assertThat(scaled.ids()).containsExactly(2, 7);
        assertThat(scaled.confidences())
                .containsExactly(new float[] {1 / 3f, 2 / 3f}, within(1e-6f));
        assertThat(Labels.NONE.scaledToOne()).isSameAs(Labels.NONE);
        Labels zero = new Labels(new int[] {2}, new float[] {0});
        assertThat(zero.scaledToOne()).isSameAs(zero);
    }

    private static Map<Integer, Float> labels(Random random) {
        Map<Integer, Float> labels = new TreeMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            labels.put(random.nextInt(8), random.nextFloat());
        }
        return labels;
    }

    private static Labels of(Map<Integer, Float> map) {
        int[] ids = map.keySet().stream().mapToInt(id -> id).toArray();
        float[] confidences = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            confidences[i] = map.get(ids[i]);
        }
        return new Labels(ids, confidences);
    }
}
