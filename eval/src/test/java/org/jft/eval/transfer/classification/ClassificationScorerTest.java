package org.jft.eval.transfer.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClassificationScorerTest {
    @Test
    void shouldScoreBatchesLikeSingleImages() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            int classes = 6;
            BitSet leaves = new BitSet();
            leaves.set(2, classes);
            ClassificationScorer single = new ClassificationScorer(classes, leaves);
            ClassificationScorer batched = new ClassificationScorer(classes, leaves);
            long row = 0;
            for (int batch = 0; batch < 5; batch++) {
                int n = 1 + random.nextInt(40);
                FloatBuffer scores =
                        ByteBuffer.allocateDirect(4 * n * classes)
                                .order(ByteOrder.nativeOrder())
                                .asFloatBuffer();
                int[] offsets = new int[n + 1];
                int[] labels = new int[2 * n];
                for (int i = 0; i < n; i++) {
                    float[] one = new float[classes];
                    for (int k = 0; k < classes; k++) {
                        one[k] = random.nextFloat();
                        scores.put(i * classes + k, one[k]);
                    }
                    int[] truth = random.ints(0, classes).distinct().limit(2).toArray();
                    System.arraycopy(truth, 0, labels, 2 * i, 2);
                    offsets[i + 1] = 2 * i + 2;
                    single.accept(row + i, one, truth);
                }
                scores.position(scores.capacity()); // must not matter
                batched.accept(row, scores, offsets, labels, new float[2 * n]);
                row += n;
            }
            assertThat(batched.scores()).as("seed %s", seed).isEqualTo(single.scores());
            assertThat(batched.scores().images()).isEqualTo(row);
        }
    }

    @Test
    void shouldTakeTheClassesThatAreNobodysParent() {
        // 0 is the root of 1 and 2; 3 stands below both.
        int[][] parents = {{}, {0}, {0}, {1, 2}};
        assertThat(ClassificationScorer.childless(parents).stream().toArray()).containsExactly(3);
        assertThat(ClassificationScorer.childless(new int[3][0]).cardinality()).isEqualTo(3);
    }

    /** Class by class over the images whose truth is known; top-1 with the unknown class last. */
    @Test
    void shouldScoreAsIfAnImageWereNotThereForItsUnknownClasses() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int classes = 6;
        int images = 60;
        BitSet all = new BitSet();
        all.set(0, classes);
        ClassificationScorer scorer = new ClassificationScorer(classes, all);
        MeanAveragePrecision[] apart = new MeanAveragePrecision[classes]; // of one class each
        for (int k = 0; k < classes; k++) {
            apart[k] = new MeanAveragePrecision(1, 100);
        }
        TopK topK = new TopK(1, all);
        for (int row = 0; row < images; row++) {
            float[] scores = new float[classes];
            float[] lowered = new float[classes];
            int truth = random.nextInt(classes);
            int unknown = (truth + 1 + random.nextInt(classes - 1)) % classes;
            for (int k = 0; k < classes; k++) {
                scores[k] = random.nextFloat();
                lowered[k] = k == unknown ? -1 : scores[k];
                if (k != unknown) {
                    int[] label = k == truth ? new int[1] : new int[0];
                    apart[k].accept(row, new float[] {scores[k]}, label);
                }
            }
            topK.accept(lowered, new int[] {truth});
            scorer.accept(
                    row,
                    FloatBuffer.wrap(scores),
                    new int[] {0, 2},
                    new int[] {truth, unknown},
                    new float[] {1, -1});
        }
        double sum = 0;
        for (MeanAveragePrecision one : apart) {
            sum += one.macro();
        }
        ClassificationScores found = scorer.scores();
        assertThat(found.mapAt100Macro())
                .as("seed %s", seed)
                .isCloseTo(sum / classes, within(1e-12));
        assertThat(found.top1()).as("seed %s", seed).isEqualTo(topK.rate(1));
    }

    @Test
    void shouldWriteSnakeCaseKeys() throws Exception {
        String json =
                new ObjectMapper()
                        .writeValueAsString(new ClassificationScores(0.5, 0.4, 0.3, 0.2, 7, 1));
        assertThat(json)
                .isEqualTo(
                        "{\"map_at_100\":0.5,\"map_at_100_macro\":0.4,\"top1\":0.3,\"top5\":0.2,"
                                + "\"images\":7,\"skipped\":1}");
    }

    @Test
    void shouldRefuseABatchThatDoesNotFit() {
        BitSet leaves = new BitSet();
        leaves.set(0, 2);
        ClassificationScorer scorer = new ClassificationScorer(2, leaves);
        FloatBuffer two = FloatBuffer.allocate(4);
        assertThatThrownBy(
                        () ->
                                scorer.accept(
                                        0, two, new int[] {0, 1, 1, 1}, new int[1], new float[1]))
                .hasMessageContaining("4 scores for 3 images of 2 classes");
        assertThatThrownBy(
                        () -> scorer.accept(0, two, new int[] {0, 1, 2}, new int[1], new float[1]))
                .hasMessageContaining("the labels of image 1 are [1, 2) of 1");
        leaves.set(2);
        assertThatThrownBy(() -> new ClassificationScorer(2, leaves))
                .hasMessageContaining("candidate class 2 of 2");
    }
}
