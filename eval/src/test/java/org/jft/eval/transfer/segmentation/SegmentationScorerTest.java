package org.jft.eval.transfer.segmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class SegmentationScorerTest {
    private record Image(byte[] predicted, byte[] truth) {}

    @Test
    void shouldDivideWhatBothSayByWhatEitherSays() {
        SegmentationScorer scorer = new SegmentationScorer(3);
        scorer.accept(1, labels(0, 0, 1, 1, 2, 2), labels(0, 0, 0, 1, 1, 2));
        SegmentationScores scores = scorer.scores();

        // Class 0: pixels 1, 2 of 1 to 3. Class 1: pixel 4 of 3 to 5. Class 2: pixel 6 of 5, 6.
        assertThat(scores.iou()).containsExactly(new double[] {2.0 / 3, 1.0 / 3, 1.0 / 2});
        assertThat(scores.meanIou()).isCloseTo((2.0 / 3 + 1.0 / 3 + 1.0 / 2) / 3, within(1e-12));
        assertThat(scores.pixelAccuracy()).isCloseTo(4.0 / 6, within(1e-12));
        assertThat(scores.pixels()).isEqualTo(6);
        assertThat(scores.metrics()).containsOnlyKeys("miou", "pixel_accuracy");
    }

    @Test
    void shouldPoolPixelsOverImages() {
        SegmentationScorer scorer = new SegmentationScorer(2);
        scorer.accept(1, labels(1), labels(1));
        scorer.accept(2, labels(0, 0, 0), labels(1, 1, 0));

        // Class 1: 1 of 3 pixels; the mean of both images would be (1 + 0) / 2.
        assertThat(scorer.scores().iou()[1]).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(scorer.scores().images()).isEqualTo(2);
    }

    @Test
    void shouldNotLookAtIgnoredPixels() {
        SegmentationScorer scorer = new SegmentationScorer(2);
        scorer.accept(1, labels(0, 1, 0, 1), labels(0, 1, 255, 255));

        assertThat(scorer.scores().meanIou()).isEqualTo(1);
        assertThat(scorer.scores().pixels()).isEqualTo(2);
    }

    @Test
    void shouldLeaveOutClassesThatNobodyNamesAndCountThoseThatAreOnlyPredicted() {
        SegmentationScorer scorer = new SegmentationScorer(4);
        scorer.accept(1, labels(0, 0, 2), labels(0, 0, 0));

        // Class 0: 2 of 3, class 2: none of 1; nothing is of class 1 or 3.
        assertThat(scorer.scores().iou())
                .containsExactly(new double[] {2.0 / 3, Double.NaN, 0, Double.NaN});
        assertThat(scorer.scores().meanIou()).isCloseTo(1.0 / 3, within(1e-12));
    }

    @Test
    void shouldAgreeWithSetsOfPixelsOnRandomMapsHoweverTheyAreMerged() {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            int classes = random.nextInt(10) == 0 ? 255 : 1 + random.nextInt(6);
            List<Image> images = randomImages(random, classes);
            List<SegmentationScorer> parts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                parts.add(new SegmentationScorer(classes));
            }
            for (Image image : images) {
                parts.get(random.nextInt(3)).accept(1, image.predicted, image.truth);
            }
            Collections.shuffle(parts, random);
            parts.get(0).merge(parts.get(1));
            parts.get(0).merge(parts.get(2));
            SegmentationScores scores = parts.get(0).scores();

            double[] iou = new double[classes];
            double sum = 0;
            int named = 0;
            for (int k = 0; k < classes; k++) {
                iou[k] = iou(images, k);
                sum += Double.isNaN(iou[k]) ? 0 : iou[k];
                named += Double.isNaN(iou[k]) ? 0 : 1;
            }
            assertThat(scores.iou()).as("seed %s", seed).containsExactly(iou);
            assertThat(scores.meanIou()).as("seed %s", seed).isCloseTo(sum / named, within(1e-12));
            assertThat(scores.pixelAccuracy()).as("seed %s", seed).isEqualTo(accuracy(images));
        }
    }

    @Test
    void shouldNameImageAndPixelOfAClassOutOfRangeAndCountNoneOfIt() {
        SegmentationScorer scorer = new SegmentationScorer(2);
        assertThatThrownBy(() -> scorer.accept(17, labels(0, 2), labels(0, 0)))
                .isInstanceOf(JftException.class)
                .hasMessage("the prediction of pixel 1 of image 17 is class 2 of 2");
        assertThatThrownBy(() -> scorer.accept(17, labels(0, 255), labels(0, 255)))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("class 255 of 2");
        assertThatThrownBy(() -> scorer.accept(17, labels(0, 0), labels(0, 254)))
                .isInstanceOf(JftException.class)
                .hasMessage("the truth of pixel 1 of image 17 is class 254 of 2");
        assertThatThrownBy(() -> scorer.accept(17, labels(0), labels(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("image 17 has 1 predicted pixels and 2 true ones");
        assertThatThrownBy(scorer::scores)
                .isInstanceOf(JftException.class)
                .hasMessageContaining("none of 0 held-out images has a pixel that counts");
        assertThatThrownBy(() -> scorer.merge(new SegmentationScorer(3)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SegmentationScorer(256))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Image> randomImages(Random random, int classes) {
        List<Image> images = new ArrayList<>();
        images.add(new Image(labels(0), labels(0)));
        for (int i = random.nextInt(6); i > 0; i--) {
            int pixels = random.nextInt(60);
            byte[] predicted = new byte[pixels];
            byte[] truth = new byte[pixels];
            for (int p = 0; p < pixels; p++) {
                truth[p] = (byte) (random.nextInt(5) == 0 ? 255 : random.nextInt(classes));
                boolean right = truth[p] != (byte) 255 && random.nextBoolean();
                predicted[p] = right ? truth[p] : (byte) random.nextInt(classes);
            }
            images.add(new Image(predicted, truth));
        }
        return images;
    }

    private static double iou(List<Image> images, int k) {
        double both = 0;
        double either = 0;
        for (Image image : images) {
            both += count(image, p -> image.truth[p] == (byte) k && image.predicted[p] == (byte) k);
            either +=
                    count(image, p -> image.truth[p] == (byte) k || image.predicted[p] == (byte) k);
        }
        return either == 0 ? Double.NaN : both / either;
    }

    private static double accuracy(List<Image> images) {
        double right = 0;
        double all = 0;
        for (Image image : images) {
            right += count(image, p -> image.truth[p] == image.predicted[p]);
            all += count(image, p -> true);
        }
        return right / all;
    }

    private static long count(Image image, IntPredicate pixel) {
        return IntStream.range(0, image.truth.length)
                .filter(p -> image.truth[p] != (byte) 255)
                .filter(pixel)
                .count();
    }

    private static byte[] labels(int... values) {
        byte[] labels = new byte[values.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) values[i];
        }
        return labels;
    }
}
