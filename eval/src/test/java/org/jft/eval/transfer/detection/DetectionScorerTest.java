package org.jft.eval.transfer.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
    void shouldPrintWhatPycocotoolsPrints() throws IOException {
        JsonNode cases =
                new ObjectMapper().readTree(getClass().getResource("pycocotools-boxes.json"));
        assertThat(cases).hasSize(8);
        for (JsonNode golden : cases) {
            DetectionScorer scorer = new DetectionScorer(golden.get("classes").asInt());
            for (JsonNode image : golden.get("images")) {
                List<DetectedBox> detections = new ArrayList<>();
                for (JsonNode d : image.get("detections")) {
                    float score = (float) d.get(1).asDouble();
                    detections.add(new DetectedBox(d.get(0).asInt(), score, box(d, 2)));
                }
                List<TrueBox> truth = new ArrayList<>();
                for (JsonNode g : image.get("truth")) {
                    boolean crowd = g.get(6).asInt() == 1;
                    int classId = g.get(0).asInt();
                    truth.add(
                            new TrueBox(classId, box(g, 1), g.get(5).asDouble(), crowd, false));
                }
                scorer.accept(image.get("id").asLong(), detections, truth);
            }
            double[] expected = new double[12];
            for (int i = 0; i < expected.length; i++) {
                double stat = golden.get("stats").get(i).asDouble();
                expected[i] = stat == -1 ? Double.NaN : stat;
            }
            assertThat(coco(scorer.scores()))
                    .as("seed %s", golden.get("seed"))
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(expected);
        }
    }

    @Test
    void shouldAgreeWithTheDefinitionOnRandomSets() {
        int scored = 0;
        for (long seed = 1; seed <= 60; seed++) {
            Random random = new Random(seed);
            int classes = 1 + random.nextInt(4);
            List<Image> images = randomImages(random, classes);
            Collections.shuffle(images, random);
            DetectionScorer scorer = new DetectionScorer(classes);
            images.forEach(image -> scorer.accept(image.id, image.detections, image.truth));
            CocoOracle oracle = new CocoOracle(classes, images.stream().map(DetectionScorerTest::scene).toList());
            if (Double.isNaN(oracle.ap(0, 1e10, 100))) {
                continue;
            }
            double[] expected = {
                oracle.ap(0, 1e10, 100),
                oracle.ap(0, 1e10, 100, 0.5),
                oracle.ap(0, 1e10, 100, 0.75),
                oracle.ap(0, 1024, 100),
                oracle.ap(1024, 9216, 100),
                oracle.ap(9216, 1e10, 100),
                oracle.ar(0, 1e10, 1),
                oracle.ar(0, 1e10, 10),
                oracle.ar(0, 1e10, 100),
                oracle.ar(0, 1024, 100),
                oracle.ar(1024, 9216, 100),
                oracle.ar(9216, 1e10, 100)
            };
            assertThat(coco(scorer.scores()))
                    .as("seed %s", seed)
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(expected);
            scored++;
        }
        assertThat(scored).isGreaterThan(50);
    }

    @Test
    void shouldScoreTheSameHoweverImagesAreSplitAndMerged() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            List<Image> images = randomImages(random, 3);
            images.add(image(1000, NOTHING, truth(0, 0, 10, 10)));
            DetectionScorer one = new DetectionScorer(3);
            images.forEach(image -> one.accept(image.id, image.detections, image.truth));

            List<DetectionScorer> parts =
                    List.of(
                            new DetectionScorer(3),
                            new DetectionScorer(3),
                            new DetectionScorer(3));
            Collections.shuffle(images, random);
            for (Image image : images) {
                int part = image.id == 1000 ? 0 : random.nextInt(3);
                parts.get(part).accept(image.id, image.detections, image.truth);
            }
            DetectionScorer all = parts.get(0);
            assertThat(all.scores().ap()).isBetween(0.0, 1.0); // a look in between
            boolean ascending = random.nextBoolean();
            all.merge(parts.get(ascending ? 1 : 2));
            all.merge(parts.get(ascending ? 2 : 1));

            assertThat(all.scores()).as("seed %s", seed).isEqualTo(one.scores());
        }
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
        List<TrueBox> truth =
                List.of(new TrueBox(0, new Box(0, 0, 10, 10), area, false, false));
        assertThatThrownBy(() -> scorer.accept(17, detections, truth))
                .isInstanceOf(JftException.class)
                .hasMessageContaining(message);
    }

    /** Small whole numbers: overlaps that tie and that stand exactly at a threshold. */
    private static List<Image> randomImages(Random random, int classes) {
        List<Image> images = new ArrayList<>();
        int unit = random.nextBoolean() ? 4 : 30;
        for (int i = 0, n = 1 + random.nextInt(10); i < n; i++) {
            List<TrueBox> truth = new ArrayList<>();
            for (int g = random.nextInt(6); g > 0; g--) {
                Box box = randomBox(random, unit);
                double area = random.nextBoolean() ? box.area() : box.area() * 0.8;
                truth.add(
                        new TrueBox(
                                random.nextInt(classes),
                                box,
                                random.nextInt(5) == 0 ? 1024 : area,
                                random.nextInt(6) == 0,
                                random.nextInt(6) == 0));
            }
            List<DetectedBox> detections = new ArrayList<>();
            int count = random.nextInt(8) == 0 ? 300 : random.nextInt(15);
            for (int d = 0; d < count; d++) {
                Box box =
                        truth.isEmpty() || random.nextInt(3) == 0
                                ? randomBox(random, unit)
                                : truth.get(random.nextInt(truth.size())).box();
                float score = random.nextInt(8) / 8f;
                detections.add(new DetectedBox(random.nextInt(classes), score, box));
            }
            images.add(new Image(3L * i, detections, truth));
        }
        return images;
    }

    private static Box randomBox(Random random, int unit) {
        return new Box(
                unit * random.nextInt(4),
                unit * random.nextInt(4),
                unit * (1 + random.nextInt(5)),
                unit * (1 + random.nextInt(5)));
    }

    private static CocoOracle.Scene scene(Image image) {
        double[][] overlap = new double[image.detections.size()][image.truth.size()];
        for (int d = 0; d < overlap.length; d++) {
            for (int g = 0; g < overlap[d].length; g++) {
                overlap[d][g] = overlap(image.detections.get(d).box(), image.truth.get(g));
            }
        }
        return new CocoOracle.Scene(image.id, image.detections, image.truth, overlap);
    }

    /** Counts pixels: boxes of whole numbers. */
    private static double overlap(Box box, TrueBox truth) {
        double both = 0;
        for (int x = (int) box.x(); x < box.x() + box.width(); x++) {
            boolean column = x >= truth.box().x() && x < truth.box().x() + truth.box().width();
            for (int y = (int) box.y(); column && y < box.y() + box.height(); y++) {
                both += y >= truth.box().y() && y < truth.box().y() + truth.box().height() ? 1 : 0;
            }
        }
        double own = box.width() * box.height();
        double other = truth.box().width() * truth.box().height();
        return both / (truth.crowd() ? own : own + other - both);
    }

    private static DetectionScores score(int classes, Image... images) {
        DetectionScorer scorer = new DetectionScorer(classes);
        for (Image image : images) {
            scorer.accept(image.id, image.detections, image.truth);
        }
        return scorer.scores();
    }

    private static double[] coco(DetectionScores s) {
        return new double[] {
            s.ap(),
            s.ap50(),
            s.ap75(),
            s.apSmall(),
            s.apMedium(),
            s.apLarge(),
            s.ar1(),
            s.ar10(),
            s.ar100(),
            s.arSmall(),
            s.arMedium(),
            s.arLarge()
        };
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

    private static Box box(JsonNode numbers, int from) {
        return new Box(
                numbers.get(from).asDouble(),
                numbers.get(from + 1).asDouble(),
                numbers.get(from + 2).asDouble(),
                numbers.get(from + 3).asDouble());
    }
}
