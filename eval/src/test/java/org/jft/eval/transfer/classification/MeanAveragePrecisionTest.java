package org.jft.eval.transfer.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class MeanAveragePrecisionTest {
    private record Row(long id, float[] scores, int[] labels) {}

    @Test
    void shouldScoreOneForAPerfectRanking() {
        MeanAveragePrecision map = new MeanAveragePrecision(2, 100);
        map.accept(0, new float[] {3, -1}, new int[] {0});
        map.accept(1, new float[] {2, 5}, new int[] {0, 1});
        map.accept(2, new float[] {-7, 0}, new int[] {});

        assertThat(map.byFrequency()).isEqualTo(1);
        assertThat(map.macro()).isEqualTo(1);
        assertThat(map.images()).isEqualTo(3);
    }

    @Test
    void shouldMatchAHandComputedRanking() {
        // Ranks of class 0: hit, miss, hit, miss: AP = (1/1 + 2/3) / 2.
        MeanAveragePrecision map = new MeanAveragePrecision(1, 100);
        map.accept(0, new float[] {1}, new int[] {});
        map.accept(1, new float[] {4}, new int[] {0});
        map.accept(2, new float[] {2}, new int[] {0});
        map.accept(3, new float[] {3}, new int[] {});

        assertThat(map.perClass()[0]).isCloseTo((1 + 2.0 / 3) / 2, within(1e-15));
    }

    @Test
    void shouldDivideByPositivesOrByDepthWhicheverIsFewer() {
        // 150 positives on top of 50 negatives: the 100 ranks are full of hits.
        MeanAveragePrecision many = new MeanAveragePrecision(1, 100);
        // 3 positives of which 1 stands among the 100 best, at rank 100: AP = (1/100) / 3.
        MeanAveragePrecision few = new MeanAveragePrecision(1, 100);
        for (int i = 0; i < 200; i++) {
            many.accept(i, new float[] {-i}, i < 150 ? new int[] {0} : new int[] {});
            few.accept(i, new float[] {-i}, i == 99 || i >= 198 ? new int[] {0} : new int[] {});
        }

        assertThat(many.perClass()[0]).isEqualTo(1);
        assertThat(few.perClass()[0]).isCloseTo(0.01 / 3, within(1e-15));
    }

    @Test
    void shouldWeightClassesByTheirPositivesAndLeaveOutThoseWithoutAny() {
        MeanAveragePrecision map = new MeanAveragePrecision(3, 100);
        // Class 0: 3 positives, AP 1. Class 1: 1 positive at rank 4, AP 1/4. Class 2: none.
        map.accept(0, new float[] {9, 9, 9}, new int[] {0});
        map.accept(1, new float[] {8, 8, 8}, new int[] {0});
        map.accept(2, new float[] {7, 7, 7}, new int[] {0});
        map.accept(3, new float[] {0, 0, 0}, new int[] {1});

        assertThat(map.byFrequency()).isCloseTo((3 * 1 + 1 * 0.25) / 4, within(1e-15));
        assertThat(map.macro()).isCloseTo((1 + 0.25) / 2, within(1e-15));
        assertThat(map.weighted(new double[] {0, 2, 5})).isCloseTo(0.25, within(1e-15));
        assertThat(map.perClass()[2]).isNaN();
    }

    @Test
    void shouldRankEqualScoresByRowIdInAnyOrderOfArrival() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            rows.add(new Row(i, new float[] {0.5f}, i % 3 == 0 ? new int[] {0} : new int[] {}));
        }
        double expected = 0;
        for (int rank = 1, hits = 0; rank <= 100; rank++) {
            if ((rank - 1) % 3 == 0) {
                expected += (double) ++hits / rank;
            }
        }
        expected /= 100;

        for (long seed = 0; seed < 5; seed++) {
            Collections.shuffle(rows, new Random(seed));
            assertThat(score(rows, 1, 100).perClass()[0])
                    .as("seed %s", seed)
                    .isCloseTo(expected, within(1e-14));
        }
    }

    @Test
    void shouldAgreeWithAFullSortOnRandomSets() {
        for (long seed = 1; seed <= 60; seed++) {
            Random random = new Random(seed);
            int classes = 1 + random.nextInt(7);
            int depth = 1 + random.nextInt(120);
            boolean coarse = random.nextBoolean(); // many ties
            List<Row> rows = new ArrayList<>();
            for (int i = 0, n = 1 + random.nextInt(400); i < n; i++) {
                rows.add(randomRow(random, i, classes, coarse));
            }
            rows.add(new Row(10_000, new float[classes], new int[] {0})); // at least one positive
            Collections.shuffle(rows, random);

            MeanAveragePrecision map = score(rows, classes, depth);

            double[] oracle = new double[classes];
            double weighted = 0;
            double total = 0;
            double plain = 0;
            int counted = 0;
            for (int k = 0; k < classes; k++) {
                long positives = positives(rows, k);
                oracle[k] = positives == 0 ? Double.NaN : bruteForce(rows, k, depth, positives);
                if (positives > 0) {
                    weighted += positives * oracle[k];
                    total += positives;
                    plain += oracle[k];
                    counted++;
                }
            }
            assertThat(map.perClass())
                    .as("seed %s", seed)
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(oracle);
            assertThat(map.byFrequency())
                    .as("seed %s", seed)
                    .isCloseTo(weighted / total, within(1e-12));
            assertThat(map.macro()).as("seed %s", seed).isCloseTo(plain / counted, within(1e-12));
        }
    }

    @Test
    void shouldNameTheRowAndClassOfAScoreThatIsNotFinite() {
        MeanAveragePrecision map = new MeanAveragePrecision(2, 100);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> map.accept(17, new float[] {0, bad}, new int[] {0}))
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("row 17")
                    .hasMessageContaining("class 1");
        }
    }

    @Test
    void shouldRefuseLabelsThatAreUnknownOrNamedTwice() {
        MeanAveragePrecision map = new MeanAveragePrecision(2, 100);
        assertThatThrownBy(() -> map.accept(3, new float[2], new int[] {2}))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("row 3");
        assertThatThrownBy(() -> map.accept(3, new float[2], new int[] {1, 1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names class 1 twice");
        assertThatThrownBy(() -> map.accept(4, new float[1], new int[] {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayThatASetWithoutLabelsCannotBeScored() {
        MeanAveragePrecision map = new MeanAveragePrecision(2, 100);
        map.accept(0, new float[2], new int[] {});
        assertThatThrownBy(map::byFrequency)
                .isInstanceOf(JftException.class)
                .hasMessageContaining("none of 1 held-out images");
    }

    private static MeanAveragePrecision score(List<Row> rows, int classes, int depth) {
        MeanAveragePrecision map = new MeanAveragePrecision(classes, depth);
        rows.forEach(row -> map.accept(row.id, row.scores, row.labels));
        return map;
    }

    private static Row randomRow(Random random, int id, int classes, boolean coarse) {
        float[] scores = new float[classes];
        List<Integer> labels = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            scores[k] = coarse ? random.nextInt(4) : (float) random.nextGaussian();
            if (random.nextInt(4 + 20 * k) == 0) {
                labels.add(k);
            }
        }
        Collections.shuffle(labels, random);
        return new Row(id, scores, labels.stream().mapToInt(Integer::intValue).toArray());
    }

    private static long positives(List<Row> rows, int k) {
        return rows.stream().filter(row -> hits(row, k)).count();
    }

    private static double bruteForce(List<Row> rows, int k, int depth, long positives) {
        List<Row> ranking = new ArrayList<>(rows);
        ranking.sort(
                Comparator.<Row>comparingDouble(row -> -(double) row.scores[k])
                        .thenComparingLong(Row::id));
        double sum = 0;
        for (int i = 1; i <= Math.min(depth, ranking.size()); i++) {
            if (hits(ranking.get(i - 1), k)) {
                sum += (double) positives(ranking.subList(0, i), k) / i;
            }
        }
        return sum / Math.min(depth, positives);
    }

    private static boolean hits(Row row, int k) {
        return Arrays.stream(row.labels).anyMatch(label -> label == k);
    }
}
