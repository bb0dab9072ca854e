package org.jft.eval.transfer.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Boxes are given as the development kit has them: the first and the last pixel, from 1 on. */
class VocAveragePrecisionTest {
    private record Corners(int xmin, int ymin, int xmax, int ymax) {
        Box box() {
            return new Box(xmin - 1, ymin - 1, xmax - xmin + 1, ymax - ymin + 1);
        }
    }

    private record Truth(int classId, Corners corners, boolean difficult) {}

    private record Found(int classId, float score, Corners corners) {}

    private record Image(long id, List<Found> found, List<Truth> truth) {}

    @Test
    void shouldMeasureBoxesByThePixelsTheyCover() {
        // 5 of 10 rows are in both: one half. By differences of corners it would be 36 of 81.
        Truth truth = new Truth(0, new Corners(1, 1, 10, 10), false);
        Found found = new Found(0, 0.9f, new Corners(1, 1, 10, 5));

        assertThat(score(1, new Image(1, List.of(found), List.of(truth))).allPoint()).isEqualTo(1);
    }

    @Test
    void shouldTakeASecondDetectionOfABoxForAFalsePositiveThoughAnotherBoxIsFree() {
        Truth left = new Truth(0, new Corners(1, 1, 10, 10), false);
        Truth right = new Truth(0, new Corners(3, 1, 12, 10), false);
        Found first = new Found(0, 0.9f, new Corners(1, 1, 10, 10));
        Found second = new Found(0, 0.8f, new Corners(1, 1, 10, 10));
        VocAveragePrecision voc =
                score(1, new Image(1, List.of(first, second), List.of(left, right)));

        // 8 of 12 columns are in both: COCO would give the second detection the right box.
        assertThat(second.corners.box().iou(right.corners.box())).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(voc.allPoint()).isEqualTo(0.5);
        assertThat(voc.elevenPoint()).isCloseTo(6.0 / 11, within(1e-12));
    }

    @Test
    void shouldLeaveDifficultBoxesAndWhatHitsThemOut() {
        Truth difficult = new Truth(0, new Corners(50, 50, 60, 60), true);
        Truth easy = new Truth(0, new Corners(1, 1, 10, 10), false);
        List<Found> found =
                List.of(
                        new Found(0, 0.9f, new Corners(50, 50, 60, 60)),
                        new Found(0, 0.8f, new Corners(50, 50, 60, 60)),
                        new Found(0, 0.7f, new Corners(1, 1, 10, 10)));
        VocAveragePrecision voc = score(1, new Image(1, found, List.of(difficult, easy)));

        assertThat(voc.allPoint()).isEqualTo(1);
        assertThat(score(1, new Image(1, found, List.of(difficult))).allPoint()).isNaN();
    }

    @Test
    void shouldReachARecallOfThreeTenthsWithThreeOfTenBoxes() {
        List<Truth> truth = new ArrayList<>();
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Corners corners = new Corners(100 * i + 1, 1, 100 * i + 20, 20);
            truth.add(new Truth(0, corners, false));
            if (i < 3) {
                found.add(new Found(0, 0.5f, corners));
            }
        }
        VocAveragePrecision voc = score(1, new Image(1, found, truth));

        assertThat(voc.elevenPoint()).isCloseTo(4.0 / 11, within(1e-12)); // 0, 0.1, 0.2, 0.3
        assertThat(voc.allPoint()).isCloseTo(0.3, within(1e-12));
    }

    @Test
    void shouldAgreeWithTheKitsProcedureOnRandomSets() {
        int scored = 0;
        for (long seed = 1; seed <= 100; seed++) {
            Random random = new Random(seed);
            int classes = 1 + random.nextInt(4);
            List<Image> images = randomImages(random, classes);
            List<Double> eleven = new ArrayList<>();
            List<Double> all = new ArrayList<>();
            for (int k = 0; k < classes; k++) {
                kit(images, k, eleven, all);
            }
            Collections.shuffle(images, random);
            VocAveragePrecision voc = score(classes, images.toArray(Image[]::new));

            if (!all.isEmpty()) {
                assertThat(voc.elevenPoint())
                        .as("seed %s", seed)
                        .isCloseTo(mean(eleven), within(1e-12));
                assertThat(voc.allPoint()).as("seed %s", seed).isCloseTo(mean(all), within(1e-12));
                scored++;
            }
        }
        assertThat(scored).isGreaterThan(80);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(x -> x).average().orElseThrow();
    }

    /** Adds both APs of a class that has a box that counts. */
    private static void kit(List<Image> images, int k, List<Double> eleven, List<Double> all) {
        record Ranked(Image image, Found found) {}
        List<Ranked> ranking = new ArrayList<>();
        int boxes = 0;
        for (Image image : images) {
            boxes += (int) image.truth.stream().filter(t -> t.classId == k && !t.difficult).count();
            for (Found found : image.found) {
                if (found.classId == k) {
                    ranking.add(new Ranked(image, found));
                }
            }
        }
        if (boxes == 0) {
            return;
        }
        ranking.sort(Comparator.comparingDouble(r -> -r.found.score)); // stable
        List<Truth> detected = new ArrayList<>();
        List<Integer> hits = new ArrayList<>(); // after each detection that counts
        for (Ranked ranked : ranking) {
            Truth most = null;
            double overlap = Double.NEGATIVE_INFINITY;
            for (Truth truth : ranked.image.truth) {
                double of = overlap(ranked.found.corners, truth.corners);
                if (truth.classId == k && of > overlap) {
                    overlap = of;
                    most = truth;
                }
            }
            int before = hits.isEmpty() ? 0 : hits.get(hits.size() - 1);
            Truth looked = overlap >= 0.5 ? most : null;
            if (looked == null) {
                hits.add(before);
            } else if (!looked.difficult) {
                boolean first = detected.stream().noneMatch(t -> t == looked);
                detected.add(looked);
                hits.add(before + (first ? 1 : 0));
            }
        }
        eleven.add(eleven(hits, boxes));
        all.add(all(hits, boxes));
    }

    private static double overlap(Corners a, Corners b) {
        int across = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin) + 1;
        int down = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin) + 1;
        if (across <= 0 || down <= 0) {
            return Double.NEGATIVE_INFINITY;
        }
        int union =
                (a.xmax - a.xmin + 1) * (a.ymax - a.ymin + 1)
                        + (b.xmax - b.xmin + 1) * (b.ymax - b.ymin + 1)
                        - across * down;
        return (double) (across * down) / union;
    }

    private static double eleven(List<Integer> hits, int boxes) {
        double sum = 0;
        for (int tenth = 0; tenth <= 10; tenth++) {
            double best = 0;
            for (int i = 0; i < hits.size(); i++) {
                if (10 * hits.get(i) >= tenth * boxes) {
                    best = Math.max(best, (double) hits.get(i) / (i + 1));
                }
            }
            sum += best / 11;
        }
        return sum;
    }

    private static double all(List<Integer> hits, int boxes) {
        int n = hits.size();
        double[] recall = new double[n + 2];
        double[] precision = new double[n + 2];
        for (int i = 0; i < n; i++) {
            recall[i + 1] = (double) hits.get(i) / boxes;
            precision[i + 1] = (double) hits.get(i) / (i + 1);
        }
        recall[n + 1] = 1;
        double area = 0;
        for (int i = n; i >= 0; i--) {
            precision[i] = Math.max(precision[i], precision[i + 1]);
        }
        for (int i = 1; i < n + 2; i++) {
            area += (recall[i] - recall[i - 1]) * precision[i];
        }
        return area;
    }

    private static List<Image> randomImages(Random random, int classes) {
        List<Image> images = new ArrayList<>();
        for (int i = 0, n = 1 + random.nextInt(12); i < n; i++) {
            List<Truth> truth = new ArrayList<>();
            for (int g = random.nextInt(5); g > 0; g--) {
                boolean difficult = random.nextInt(4) == 0;
                truth.add(new Truth(random.nextInt(classes), randomCorners(random), difficult));
            }
            List<Found> found = new ArrayList<>();
            for (int d = random.nextInt(12); d > 0; d--) {
                float score = random.nextInt(10) / 10f;
                found.add(new Found(random.nextInt(classes), score, randomCorners(random)));
            }
            images.add(new Image(i, found, truth));
        }
        return images;
    }

    private static Corners randomCorners(Random random) {
        int x = 1 + random.nextInt(4);
        int y = 1 + random.nextInt(4);
        return new Corners(x, y, x + random.nextInt(6), y + random.nextInt(6));
    }

    private static VocAveragePrecision score(int classes, Image... images) {
        VocAveragePrecision voc = new VocAveragePrecision(classes);
        for (Image image : images) {
            List<DetectedBox> detections = new ArrayList<>();
            for (Found f : image.found) {
                detections.add(new DetectedBox(f.classId, f.score, f.corners.box()));
            }
            List<TrueBox> truth = new ArrayList<>();
            for (Truth t : image.truth) {
                Box box = t.corners.box();
                truth.add(new TrueBox(t.classId, box, box.area(), false, t.difficult));
            }
            voc.accept(image.id, detections, truth);
        }
        return voc;
    }
}
