package org.jft.eval.transfer.detection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against pycocotools, and against a second implementation by counting. */
class DetectionAgreementTest {
    private record Image(long id, List<DetectedBox> detections, List<TrueBox> truth) {}

    @Test
    void shouldPrintWhatPycocotoolsPrints() throws IOException {
        JsonNode cases = Goldens.read(DetectionAgreementTest.class, "pycocotools-boxes.json");
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
                    truth.add(new TrueBox(classId, box(g, 1), g.get(5).asDouble(), crowd, false));
                }
                scorer.accept(image.get("id").asLong(), detections, truth);
            }
            double[] expected = Goldens.stats(golden);
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
            CocoOracle oracle =
                    new CocoOracle(
                            classes, images.stream().map(DetectionAgreementTest::scene).toList());
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
            TrueBox box = new TrueBox(0, new Box(0, 0, 10, 10), 100, false, false);
            images.add(new Image(1000, List.of(), List.of(box)));
            DetectionScorer one = new DetectionScorer(3);
            images.forEach(image -> one.accept(image.id, image.detections, image.truth));

            List<DetectionScorer> parts =
                    List.of(new DetectionScorer(3), new DetectionScorer(3), new DetectionScorer(3));
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

    private static Box box(JsonNode numbers, int from) {
        return new Box(
                numbers.get(from).asDouble(),
                numbers.get(from + 1).asDouble(),
                numbers.get(from + 2).asDouble(),
                numbers.get(from + 3).asDouble());
    }
}
