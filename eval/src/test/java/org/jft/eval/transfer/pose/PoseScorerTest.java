package org.jft.eval.transfer.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.jft.eval.transfer.detection.Goldens.doubles;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jft.core.failure.JftException;
import org.jft.eval.transfer.detection.Box;
import org.jft.eval.transfer.detection.CocoOracle;
import org.jft.eval.transfer.detection.Goldens;
import org.junit.jupiter.api.Test;

class PoseScorerTest {
    private static final double[] SIGMAS = {0.05, 0.05};

    private record Image(long id, List<DetectedPose> poses, List<TruePose> truth) {}

    @Test
    void shouldAverageTheSimilarityOfLabelledKeypoints() {
        // A pixel off, at 100 square pixels and sigma 0.05: exp(-1 / (2 * 100 * 0.1^2)) = 0.6065.
        // With a keypoint that fits, (1 + 0.6065) / 2 = 0.803: 0.50, 0.55 .. 0.80, 7 of 10.
        TruePose both = object(100, true, true);
        assertThat(score(List.of(pose(0.9f, 1, 0, 5, 5)), both).ap()).isCloseTo(0.7, within(1e-12));

        // Where only the first is labelled it is 0.6065: 0.50, 0.55 and 0.60.
        TruePose first = object(100, true, false);
        PoseScores scores = score(List.of(pose(0.9f, 1, 0, 900, 900)), first);
        assertThat(scores.ap()).isCloseTo(0.3, within(1e-12));
        assertThat(scores.ap50()).isEqualTo(1);
        assertThat(scores.ap75()).isZero();
        assertThat(scores.ar()).isCloseTo(0.3, within(1e-12));
        assertThat(scores.ar50()).isEqualTo(1);
        assertThat(scores.ar75()).isZero();
    }

    @Test
    void shouldForgiveMoreOfALargeObject() {
        // At 400 square pixels: exp(-1 / 8) = 0.882, 8 of 10; 20 by 20 is too small for medium.
        PoseScores scores = score(List.of(pose(0.9f, 1, 0, 900, 900)), object(400, true, false));

        assertThat(scores.ap()).isCloseTo(0.8, within(1e-12));
        assertThat(scores.apMedium()).isNaN();
        assertThat(scores.metrics()).doesNotContainKeys("ap_medium", "ar_large");
    }

    @Test
    void shouldNotCountPosesInTheEnlargedBoxOfAnObjectWithoutKeypoints() {
        // Its box from 10 to 20 reaches from 0 to 30 when enlarged by its size on each side.
        TruePose unlabelled =
                new TruePose(
                        new double[2],
                        new double[2],
                        new boolean[2],
                        new Box(10, 10, 10, 10),
                        100,
                        false);
        TruePose known = object(100, true, true);
        DetectedPose hit = pose(0.5f, 0, 0, 5, 5);

        assertThat(score(List.of(pose(0.9f, 0, 30, 30, 0), hit), unlabelled, known).ap())
                .isEqualTo(1);
        // Two pixels out at one keypoint: (1 + exp(-4 / 2)) / 2 = 0.568, not enough from 0.6 on.
        PoseScores beside = score(List.of(pose(0.9f, 32, 30, 30, 0), hit), unlabelled, known);
        assertThat(beside.ap()).isCloseTo((2 * 1 + 8 * 0.5) / 10, within(1e-12));
    }

    @Test
    void shouldNotCountPosesOfACrowdHoweverMany() {
        TruePose crowd =
                new TruePose(
                        new double[] {50, 60},
                        new double[] {50, 60},
                        new boolean[] {true, true},
                        new Box(50, 50, 10, 10),
                        100,
                        true);
        List<DetectedPose> poses =
                List.of(
                        pose(0.9f, 50, 50, 60, 60),
                        pose(0.8f, 50, 50, 60, 60),
                        pose(0.7f, 0, 0, 5, 5));

        assertThat(score(poses, crowd, object(100, true, true)).ap()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheBestTwentyOfAnImage() {
        List<DetectedPose> poses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            poses.add(pose(0.9f, 500, 500, 600, 600));
        }
        poses.add(pose(0.1f, 0, 0, 5, 5));

        assertThat(score(poses, object(100, true, true)).ap()).isZero();
        assertThat(score(poses.subList(1, 21), object(100, true, true)).ap())
                .isCloseTo(1.0 / 20, within(1e-12));
    }

    @Test
    void shouldPrintWhatPycocotoolsPrints() throws IOException {
        JsonNode cases = Goldens.read(PoseScorerTest.class, "pycocotools-poses.json");
        assertThat(cases).hasSize(8);
        for (JsonNode golden : cases) {
            PoseScorer scorer = new PoseScorer(doubles(golden.get("sigmas")));
            for (JsonNode image : golden.get("images")) {
                List<DetectedPose> poses = new ArrayList<>();
                for (JsonNode d : image.get("detections")) {
                    float score = (float) d.get("score").asDouble();
                    poses.add(new DetectedPose(score, doubles(d.get("x")), doubles(d.get("y"))));
                }
                List<TruePose> truth = new ArrayList<>();
                image.get("truth").forEach(g -> truth.add(goldenTruth(g)));
                scorer.accept(image.get("id").asLong(), poses, truth);
            }
            double[] expected = Goldens.stats(golden);
            assertThat(numbers(scorer.scores()))
                    .as("seed %s", golden.get("seed"))
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(expected);
        }
    }

    @Test
    void shouldAgreeWithTheDefinitionOnRandomSetsHoweverTheyAreMerged() {
        for (long seed = 1; seed <= 60; seed++) {
            Random random = new Random(seed);
            double[] sigmas = random.doubles(1 + random.nextInt(5), 0.02, 0.3).toArray();
            List<Image> images = randomImages(random, sigmas.length);
            images.add(new Image(99, List.of(), List.of(randomTruth(random, sigmas.length, true))));
            Collections.shuffle(images, random);
            PoseScorer scorer = new PoseScorer(sigmas);
            PoseScorer other = new PoseScorer(sigmas);
            for (Image image : images) {
                PoseScorer half = random.nextBoolean() ? scorer : other;
                half.accept(image.id, image.poses, image.truth);
            }
            scorer.merge(other);
            List<CocoOracle.Scene> scenes = new ArrayList<>();
            for (Image image : images) {
                scenes.add(scene(image, sigmas));
            }
            CocoOracle oracle = new CocoOracle(1, scenes);
            double[] expected = {
                oracle.ap(0, 1e10, 20),
                oracle.ap(0, 1e10, 20, 0.5),
                oracle.ap(0, 1e10, 20, 0.75),
                oracle.ap(1024, 9216, 20),
                oracle.ap(9216, 1e10, 20),
                oracle.ar(0, 1e10, 20),
                oracle.ar(0, 1e10, 20, 0.5),
                oracle.ar(0, 1e10, 20, 0.75),
                oracle.ar(1024, 9216, 20),
                oracle.ar(9216, 1e10, 20)
            };
            assertThat(numbers(scorer.scores()))
                    .as("seed %s", seed)
                    .usingComparatorWithPrecision(1e-12)
                    .containsExactly(expected);
        }
    }

    @Test
    void shouldNameTheImageOfWhatCannotBeScoredAndCountNoneOfIt() {
        PoseScorer scorer = new PoseScorer(SIGMAS);
        assertFails(scorer, pose(Float.NaN, 0, 0, 5, 5), "the score of detection 0 of image 17");
        assertFails(
                scorer,
                pose(0.5f, 0, 0, 5, Double.NaN),
                "keypoint 1 of pose 0 of image 17 is at x 5.0, y NaN");
        assertFails(
                scorer,
                new DetectedPose(0.5f, new double[3], new double[3]),
                "pose 0 of image 17 has 3 and 3 coordinates for 2 keypoints");
        double[] two = new double[2];
        TruePose inverted =
                new TruePose(two, two, new boolean[2], new Box(0, 0, -1, 1), 100, false);
        TruePose unseen = new TruePose(two, two, new boolean[1], new Box(0, 0, 1, 1), 100, false);
        for (TruePose bad : List.of(inverted, unseen)) {
            assertThatThrownBy(() -> scorer.accept(17, List.of(), List.of(bad)))
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("annotation 0 of image 17 has");
        }
        assertThatThrownBy(() -> scorer.accept(17, List.of(), List.of(object(-1, true, true))))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("the area of annotation 0 of image 17 is -1");
        assertThatThrownBy(scorer::scores)
                .isInstanceOf(JftException.class)
                .hasMessageContaining("none of 0 held-out images has a pose that counts");
    }

    @Test
    void shouldRefuseSigmasThatNoSimilarityHas() {
        assertThatThrownBy(() -> new PoseScorer(new double[] {0.1, 0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sigmas must be positive");
        assertThatThrownBy(() -> new PoseScorer(new double[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PoseScorer(SIGMAS).merge(new PoseScorer(new double[] {1})))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertFails(PoseScorer scorer, DetectedPose pose, String message) {
        assertThatThrownBy(() -> scorer.accept(17, List.of(pose), List.of(object(100, true, true))))
                .isInstanceOf(JftException.class)
                .hasMessageContaining(message);
    }

    private static List<Image> randomImages(Random random, int keypoints) {
        List<Image> images = new ArrayList<>();
        for (int i = 0, n = 1 + random.nextInt(8); i < n; i++) {
            List<TruePose> truth = new ArrayList<>();
            for (int g = random.nextInt(5); g > 0; g--) {
                truth.add(randomTruth(random, keypoints, false));
            }
            List<DetectedPose> poses = new ArrayList<>();
            for (int d = random.nextInt(4) == 0 ? 30 : random.nextInt(8); d > 0; d--) {
                double[] x = random.doubles(keypoints, 0, 100).toArray();
                double[] y = random.doubles(keypoints, 0, 100).toArray();
                if (!truth.isEmpty() && random.nextInt(4) > 0) {
                    TruePose like = truth.get(random.nextInt(truth.size()));
                    double off = random.nextInt(3) * 4.0;
                    for (int k = 0; k < keypoints; k++) {
                        x[k] = like.x()[k] + off * random.nextGaussian();
                        y[k] = like.y()[k] + off * random.nextGaussian();
                    }
                }
                poses.add(new DetectedPose(random.nextInt(8) / 8f, x, y));
            }
            images.add(new Image(5L * i, poses, truth));
        }
        return images;
    }

    private static TruePose randomTruth(Random random, int keypoints, boolean counts) {
        boolean[] labelled = new boolean[keypoints];
        boolean none = !counts && random.nextInt(5) == 0;
        for (int k = 0; k < keypoints; k++) {
            labelled[k] = !none && (k == 0 || random.nextInt(4) > 0);
        }
        return new TruePose(
                random.doubles(keypoints, 0, 100).toArray(),
                random.doubles(keypoints, 0, 100).toArray(),
                labelled,
                new Box(random.nextInt(50), random.nextInt(50), 30, 40),
                new double[] {400, 1024, 5000, 9216, 20_000}[random.nextInt(5)],
                !counts && random.nextInt(6) == 0);
    }

    private static CocoOracle.Scene scene(Image image, double[] sigmas) {
        double[][] similarity = new double[image.poses.size()][image.truth.size()];
        for (int d = 0; d < similarity.length; d++) {
            for (int g = 0; g < similarity[d].length; g++) {
                similarity[d][g] = oks(image.poses.get(d), image.truth.get(g), sigmas);
            }
        }
        return new CocoOracle.Scene(image.id, image.poses, image.truth, similarity);
    }

    private static double oks(DetectedPose pose, TruePose truth, double[] sigmas) {
        Box box = truth.box();
        List<Double> labelled = new ArrayList<>();
        List<Double> outside = new ArrayList<>();
        for (int k = 0; k < sigmas.length; k++) {
            double x = pose.x()[k];
            double y = pose.y()[k];
            double s = 2 * sigmas[k] * Math.sqrt(truth.area());
            double toKeypoint = Math.hypot(x - truth.x()[k], y - truth.y()[k]);
            // The nearest point of the box enlarged to three times its size.
            double nearX = Math.min(Math.max(x, box.x() - box.width()), box.x() + 2 * box.width());
            double nearY =
                    Math.min(Math.max(y, box.y() - box.height()), box.y() + 2 * box.height());
            outside.add(Math.exp(-0.5 * Math.pow(Math.hypot(x - nearX, y - nearY) / s, 2)));
            if (truth.labelled()[k]) {
                labelled.add(Math.exp(-0.5 * Math.pow(toKeypoint / s, 2)));
            }
        }
        List<Double> counted = labelled.isEmpty() ? outside : labelled;
        return counted.stream().mapToDouble(e -> e).average().orElseThrow();
    }

    private static PoseScores score(List<DetectedPose> poses, TruePose... truth) {
        PoseScorer scorer = new PoseScorer(SIGMAS);
        scorer.accept(1, poses, List.of(truth));
        return scorer.scores();
    }

    private static double[] numbers(PoseScores s) {
        return new double[] {
            s.ap(),
            s.ap50(),
            s.ap75(),
            s.apMedium(),
            s.apLarge(),
            s.ar(),
            s.ar50(),
            s.ar75(),
            s.arMedium(),
            s.arLarge()
        };
    }

    private static DetectedPose pose(float score, double x0, double y0, double x1, double y1) {
        return new DetectedPose(score, new double[] {x0, x1}, new double[] {y0, y1});
    }

    /** Keypoints at (0, 0) and (5, 5). */
    private static TruePose object(double area, boolean first, boolean second) {
        return new TruePose(
                new double[] {0, 5},
                new double[] {0, 5},
                new boolean[] {first, second},
                new Box(0, 0, 10, 10),
                area,
                false);
    }

    private static TruePose goldenTruth(JsonNode g) {
        double[] labelled = doubles(g.get("labelled"));
        boolean[] is = new boolean[labelled.length];
        for (int k = 0; k < is.length; k++) {
            is[k] = labelled[k] == 1;
        }
        double[] box = doubles(g.get("box"));
        return new TruePose(
                doubles(g.get("x")),
                doubles(g.get("y")),
                is,
                new Box(box[0], box[1], box[2], box[3]),
                g.get("area").asDouble(),
                g.get("crowd").asInt() == 1);
    }
}
