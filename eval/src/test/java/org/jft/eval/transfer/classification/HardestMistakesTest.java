package org.jft.eval.transfer.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.eval.transfer.classification.Mistake.Guess;
import org.junit.jupiter.api.Test;

class HardestMistakesTest {
    private static final int CLASSES = 6;

    /** An image as the oracle knows it. */
    private record Image(long row, float[] scores, int[] labels) {
        /** Classes 1 and up, best first, equal scores by id. */
        List<Integer> ranking() {
            return IntStream.range(1, CLASSES)
                    .boxed()
                    .sorted(Comparator.comparing((Integer k) -> -scores[k]))
                    .toList();
        }

        boolean is(int k) {
            return IntStream.of(labels).anyMatch(label -> label == k);
        }

        boolean isMistake() {
            return IntStream.of(labels).anyMatch(label -> label > 0) && !is(ranking().get(0));
        }
    }

    /** Against a full sort of all images; few different scores, so that there are ties. */
    @Test
    void shouldKeepTheSurestMistakesInWhateverOrderTheyCome() {
        for (int round = 0; round < 50; round++) {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            List<Image> images = new ArrayList<>();
            for (int row = 0; row < 80; row++) {
                float[] scores = new float[CLASSES];
                for (int k = 0; k < CLASSES; k++) {
                    scores[k] = random.nextInt(9) - 4;
                }
                int[] labels =
                        random.ints(0, CLASSES).distinct().limit(random.nextInt(3)).toArray();
                images.add(new Image(row, scores, labels));
            }
            List<Long> expected =
                    images.stream()
                            .filter(Image::isMistake)
                            .sorted(
                                    Comparator.comparing((Image i) -> -i.scores[i.ranking().get(0)])
                                            .thenComparing(Image::row))
                            .limit(7)
                            .map(Image::row)
                            .toList();
            List<Image> shuffled = new ArrayList<>(images);
            Collections.shuffle(shuffled, random);
            List<Mistake> found = found(7, shuffled);
            assertThat(found).as("seed %s", seed).extracting(Mistake::row).isEqualTo(expected);
            for (Mistake mistake : found) {
                Image image = images.get((int) mistake.row());
                assertThat(mistake.predictions())
                        .as("seed %s", seed)
                        .extracting(Guess::id)
                        .isEqualTo(image.ranking().subList(0, 3));
                assertThat(mistake.labels())
                        .extracting(Guess::id)
                        .containsExactlyElementsOf(
                                IntStream.of(image.labels).sorted().boxed().toList());
            }
        }
    }

    private static List<Mistake> found(int count, List<Image> images) {
        HardestMistakes hardest = new HardestMistakes(count, candidates(), Objective.SIGMOID);
        for (Image image : images) {
            hardest.accept(
                    image.row, FloatBuffer.wrap(image.scores), 0, ImageLabels.of(image.labels));
        }
        return hardest.mistakes();
    }

    /** Class 0 stands above the others. */
    private static BitSet candidates() {
        BitSet candidates = new BitSet();
        candidates.set(1, CLASSES);
        return candidates;
    }

    @Test
    void shouldTellProbabilitiesByTheLinkOfTheScores() {
        float[] scores = {9, -1, 2, -8, -3, -9};
        Mistake sigmoid = found(1, List.of(new Image(0, scores, new int[] {1}))).get(0);
        assertThat(sigmoid.predictions().get(0).id()).isEqualTo(2);
        assertThat(sigmoid.predictions().get(0).probability())
                .isEqualTo(1 / (1 + Math.exp(-2)), within(1e-12));
        assertThat(sigmoid.labels().get(0).probability())
                .isEqualTo(1 / (1 + Math.exp(1)), within(1e-12));
        HardestMistakes softmax = new HardestMistakes(1, candidates(), Objective.SOFTMAX);
        float[] logs = {-9, -1, (float) Math.log(0.6), -8, -3, -9};
        softmax.accept(0, FloatBuffer.wrap(logs), 0, ImageLabels.of(1));
        assertThat(softmax.mistakes().get(0).predictions().get(0).probability())
                .isEqualTo(0.6, within(1e-6));
    }

    /** Class 2 is on top, but nobody knows; class 3, the next, is right or wrong. */
    @Test
    void shouldPassOverClassesOfUnknownTruth() {
        float[] scores = {0, 1, 5, 4, 0, 0};
        HardestMistakes hardest = new HardestMistakes(5, candidates(), Objective.SIGMOID);
        float[] confidences = {1, -1};
        FloatBuffer buffer = FloatBuffer.wrap(scores);
        hardest.accept(7, buffer, 0, new ImageLabels(new int[] {1, 2}, confidences, 0, 2));
        hardest.accept(8, buffer, 0, new ImageLabels(new int[] {3, 2}, confidences, 0, 2));
        assertThat(hardest.mistakes()).extracting(Mistake::row).containsExactly(7L);
        assertThat(hardest.mistakes().get(0).predictions())
                .extracting(Guess::id)
                .containsExactly(3, 1, 4);
        assertThat(hardest.mistakes().get(0).labels()).extracting(Guess::id).containsExactly(1);
    }
}
