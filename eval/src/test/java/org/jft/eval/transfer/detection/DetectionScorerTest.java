package org.jft.eval.transfer.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class DetectionScorerTest {
    private static final List<TrueBox> NO_TRUTH = List.of();
    private static final List<DetectedBox> NOTHING = List.of();

    private record Image(long id, List<DetectedBox> detections, List<TrueBox> truth) {}

    @Test
    void shouldCountTheThresholdsThatAnOverlapReaches() {
        // 62 of 100 square pixels are in both: 0.50, 0.55 and 0.60 are reached, of ten thresholds.
        DetectionScores scores =
                score(1, image(1, List.of(found(0.5f, 0, 0, 10, 6.2)), truth(0, 0, 10, 10)));

        assertThat(scores.ap()).isCloseTo(0.3, within(1e-12));
        assertThat(scores.ap50()).isEqualTo(1);
        assertThat(scores.ap75()).isZero();
        assertThat(scores.ar100()).isCloseTo(0.3, within(1e-12));
        assertThat(scores.voc07()).isEqualTo(1);
        assertThat(scores.voc12()).isEqualTo(1);
        assertThat(scores.images()).isEqualTo(1);
    }

    @Test
    void shouldTakeTheBestPrecisionOfAtLeastEachRecall() {
        // Hit, miss, hit: precision 1 up to recall 1/2, then 2/3.
        DetectionScores scores =
                score(
                        1,
                        image(
                                1,
                                List.of(
                                        found(0.7f, 50, 0, 10, 10),
                                        found(0.9f, 0, 0, 10, 10),
                                        found(0.8f, 200, 0, 10, 10)),
                                truth(0, 0, 10, 10),
                                truth(50, 0, 10, 10)));

        // Of 0, 0.01 .. 1 the first 51 are up to 1/2, of 0, 0.1 .. 1 the first 6.
        assertThat(scores.ap()).isCloseTo((51 + 50 * 2.0 / 3) / 101, within(1e-12));
        assertThat(scores.voc07()).isCloseTo((6 + 5 * 2.0 / 3) / 11, within(1e-12));
        assertThat(scores.voc12()).isCloseTo(0.5 + 0.5 * 2 / 3, within(1e-12));
    }

    @Test
    void shouldNotCountWhatLiesInACrowdHoweverOften() {
        TrueBox crowd = new TrueBox(0, new Box(0, 0, 100, 100), 10_000, true, false);
        // Two lie within. Half of the third does: enough at 0.5 alone, else a miss before the hit.
        DetectionScores scores =
                score(
                        1,
                        image(
                                1,
                                List.of(
                                        found(0.9f, 10, 10, 20, 20),
                                        found(0.8f, 12, 10, 20, 20),
                                        found(0.7f, 90, 0, 20, 10),
                                        found(0.6f, 200, 0, 10, 10)),
                                crowd,
                                truth(200, 0, 10, 10)));

        assertThat(scores.ap50()).isEqualTo(1);
        assertThat(scores.ap75()).isEqualTo(0.5);
        assertThat(scores.ap()).isCloseTo((1 + 9 * 0.5) / 10, within(1e-12));
    }

    @Test
    void shouldJudgeASizeByObjectsAndMissesOfThatSize() {
        // An object of 32 x 32 is small and medium; the miss of 100 x 100 counts among all alone.
        DetectionScores scores =
                score(
                        1,
                        image(
                                1,
                                List.of(found(0.9f, 300, 0, 100, 100), found(0.5f, 0, 0, 32, 32)),
                                truth(0, 0, 32, 32)));

        assertThat(scores.ap()).isEqualTo(0.5);
        assertThat(scores.apSmall()).isEqualTo(1);
        assertThat(scores.apMedium()).isEqualTo(1);
        assertThat(scores.arSmall()).isEqualTo(1);
        assertThat(scores.apLarge()).isNaN();
        assertThat(scores.arLarge()).isNaN();
        assertThat(scores.metrics())
                .containsEntry("ap_small", 1.0)
                .doesNotContainKeys("ap_large", "ar_large");
    }

    @Test
    void shouldLeaveOutWhatHitsAnObjectOfAnotherSize() {
        // By its outline the object is medium, by their boxes both are large.
        TrueBox thin = new TrueBox(0, new Box(0, 0, 100, 100), 5000, false, false);
        DetectionScores scores =
                score(
                        1,
                        image(
                                1,
                                List.of(found(0.9f, 0, 0, 100, 100), found(0.5f, 300, 0, 200, 90)),
                                thin,
                                truth(300, 0, 200, 90)));

        assertThat(scores.apMedium()).isEqualTo(1);
        assertThat(scores.apLarge()).isEqualTo(1);
    }

    @Test
    void shouldAskForTheRecallOfTheBestDetectionsOfAnImage() {
        DetectionScores scores =
                score(
                        1,
                        image(
                                1,
                                List.of(found(0.9f, 0, 0, 9, 9), found(0.8f, 50, 0, 9, 9)),
                                truth(0, 0, 9, 9),
                                truth(50, 0, 9, 9)),
                        image(2, NOTHING, truth(0, 0, 9, 9)));

        assertThat(scores.ar1()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(scores.ar10()).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void shouldKeepTheBestHundredOfAClassInAnImageForCocoAndAllForVoc() {
        List<DetectedBox> detections = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            detections.add(found(0.9f, 500, 0, 10, 10));
        }
        detections.add(found(0.1f, 0, 0, 10, 10));
        DetectionScores scores = score(1, image(1, detections, truth(0, 0, 10, 10)));

        assertThat(scores.ap()).isZero();
        assertThat(scores.ar100()).isZero();
        assertThat(scores.voc12()).isCloseTo(1.0 / 101, within(1e-12));
    }

    @Test
    void shouldGiveADetectionTheLastOfEquallyOverlappedObjects() {
        // The wide one overlaps both by half and takes the second; the second's own then misses.
        DetectionScores scores =
                score(
                        1,
                        image(
                                1,
                                List.of(found(0.9f, 0, 0, 20, 10), found(0.8f, 10, 0, 10, 10)),
                                truth(0, 0, 10, 10),
                                truth(10, 0, 10, 10)));

        assertThat(scores.ap50()).isCloseTo(51.0 / 101, within(1e-12));
        // VOC's first of equals leaves the second free.
        assertThat(scores.voc12()).isEqualTo(1);
    }

    @Test
    void shouldRankEqualScoresByImageInAnyOrderOfArrival() {
        Image miss = image(1, List.of(found(0, 90, 0, 10, 10)));
        Image hit = image(2, List.of(found(-0f, 0, 0, 10, 10)), truth(0, 0, 10, 10));

        for (DetectionScores scores : List.of(score(1, miss, hit), score(1, hit, miss))) {
            assertThat(scores.ap()).isEqualTo(0.5);
            assertThat(scores.voc12()).isEqualTo(0.5);
        }
    }

    @Test
    void shouldLeaveClassesWithoutAnObjectOutOfTheMean() {
        DetectedBox wrong = new DetectedBox(2, 0.9f, new Box(0, 0, 10, 10));
        TrueBox missed = new TrueBox(1, new Box(0, 0, 10, 10), 100, false, false);
        DetectionScores scores =
                score(
                        3,
                        image(
                                1,
                                List.of(found(0.5f, 0, 0, 10, 10), wrong),
                                truth(0, 0, 10, 10),
                                missed));

        assertThat(scores.ap()).isEqualTo(0.5);
        assertThat(scores.voc07()).isEqualTo(0.5);
    }

    @Test
    void shouldNameTheImageOfWhatCannotBeScoredAndCountNoneOfIt() {
        DetectionScorer scorer = new DetectionScorer(2);
        assertFails(scorer, "the score of detection 1 of image 17 is NaN", Float.NaN, 0, 1, 100);
        assertFails(scorer, "detection 1 of image 17 is of class 2 of 2", 0, 2, 1, 100);
        assertFails(scorer, "detection 1 of image 17 is of class -1 of 2", 0, -1, 1, 100);
        assertFails(scorer, "detection 1 of image 17 is no box", 0, 0, -1, 100);
        assertFails(scorer, "detection 1 of image 17 is no box", 0, 0, Double.NaN, 100);
        assertFails(scorer, "the area of annotation 0 of image 17 is -5", 0, 0, 1, -5);
        TrueBox inverted = truth(0, 0, 10, -1);
        assertThatThrownBy(() -> scorer.accept(17, NOTHING, List.of(inverted)))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("annotation 0 of image 17 is no box");
        TrueBox foreign = new TrueBox(3, new Box(0, 0, 1, 1), 1, false, false);
        assertThatThrownBy(() -> scorer.accept(17, NOTHING, List.of(foreign)))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("annotation 0 of image 17 is of class 3 of 2");

        scorer.accept(17, List.of(found(0.5f, 0, 0, 10, 10)), List.of(truth(0, 0, 10, 10)));
        assertThat(scorer.scores().ap()).isEqualTo(1);
    }

    @Test
    void shouldRefuseAnImageTwiceAlsoFromAnotherScorer() {
        DetectionScorer scorer = new DetectionScorer(1);
        scorer.accept(4, NOTHING, NO_TRUTH);
        DetectionScorer other = new DetectionScorer(1);
        other.accept(4, NOTHING, NO_TRUTH);

        assertThatThrownBy(() -> scorer.accept(4, NOTHING, NO_TRUTH))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("image 4 was scored before");
        assertThatThrownBy(() -> scorer.merge(other))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("image 4 was scored before");
        assertThatThrownBy(() -> scorer.merge(new DetectionScorer(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayThatASetWithoutBoxesCannotBeScored() {
        DetectionScorer scorer = new DetectionScorer(1);
        scorer.accept(1, List.of(found(1, 0, 0, 10, 10)), NO_TRUTH);
        assertThatThrownBy(scorer::scores)
                .isInstanceOf(JftException.class)
                .hasMessageContaining("none of 1 held-out images has a box that counts");
    }

    private static void assertFails(
            DetectionScorer scorer,
            String message,
            float score,
            int classId,
            double width,
            double area) {
        List<DetectedBox> detections =
                List.of(
                        found(0.9f, 50, 50, 10, 10),
                        new DetectedBox(classId, score, new Box(0, 0, width, 1)));
        List<TrueBox> truth = List.of(new TrueBox(0, new Box(0, 0, 10, 10), area, false, false));
        assertThatThrownBy(() -> scorer.accept(17, detections, truth))
                .isInstanceOf(JftException.class)
                .hasMessageContaining(message);
    }

    private static DetectionScores score(int classes, Image... images) {
        DetectionScorer scorer = new DetectionScorer(classes);
        for (Image image : images) {
            scorer.accept(image.id, image.detections, image.truth);
        }
        return scorer.scores();
    }

    private static Image image(long id, List<DetectedBox> detections, TrueBox... truth) {
        return new Image(id, detections, List.of(truth));
    }

    private static DetectedBox found(float score, double x, double y, double w, double h) {
        return new DetectedBox(0, score, new Box(x, y, w, h));
    }

    private static TrueBox truth(double x, double y, double w, double h) {
        return new TrueBox(0, new Box(x, y, w, h), w * Math.abs(h), false, false);
    }
}
