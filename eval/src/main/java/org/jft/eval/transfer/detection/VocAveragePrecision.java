package org.jft.eval.transfer.detection;

import java.util.Arrays;
import java.util.List;

/**
 * Average precision at an overlap of one half, as the development kits of Pascal VOC 2007 and 2012
 * define it.
 *
 * <p>A detection looks at the box of its class that it overlaps most, the first of equals. Below
 * one half it is a false positive. A difficult box does not count, nor does what looks at it; any
 * other is hit once, by the best detection that looks at it, and further ones are false positives
 * even where another box is free. COCO's crowds are taken as difficult.
 *
 * <p>The kits measure corners as pixels that belong to the box, {@code xmax - xmin + 1} wide. A
 * {@link Box} is as wide as the pixels it covers, so the same overlap comes out without the 1: an
 * annotation of VOC is {@code Box(xmin - 1, ymin - 1, xmax - xmin + 1, ymax - ymin + 1)}.
 *
 * <p>Memory: about 52 bytes a detection. Equal scores rank by lower image id, then by order in the
 * image's list. Not thread-safe.
 */
final class VocAveragePrecision {
    private static final double LEAST_OVERLAP = 0.5;
    private static final int LEVELS = 11;

    private final Ranking[] rankings; // [K]
    private final long[] positives; // [K]: boxes that count

    VocAveragePrecision(int classCount) {
        rankings = new Ranking[classCount];
        Arrays.setAll(rankings, k -> new Ranking());
        positives = new long[classCount];
    }

    /**
     * Counts one image.
     *
     * @param image its id, distinct over the held-out set
     */
    void accept(long image, List<DetectedBox> detections, List<TrueBox> truth) {
        for (TrueBox box : truth) {
            positives[box.classId()] += box.ignored() ? 0 : 1;
        }
        boolean[] found = new boolean[truth.size()];
        List<DetectedBox> ranked =
                detections.stream().sorted(Ranking.bestFirst(DetectedBox::score)).toList();
        for (int d = 0; d < ranked.size(); d++) {
            DetectedBox detection = ranked.get(d);
            int looked = mostOverlapped(detection, truth);
            if (looked >= 0 && truth.get(looked).ignored()) {
                continue;
            }
            boolean hit = looked >= 0 && !found[looked];
            if (hit) {
                found[looked] = true;
            }
            rankings[detection.classId()].add(
                    detection.score(), image, d, hit ? 1 : 0, hit ? 0 : 1);
        }
    }

    /** Returns the index of the box that a detection looks at; -1 if there is none. */
    private static int mostOverlapped(DetectedBox detection, List<TrueBox> truth) {
        int most = -1;
        double overlap = 0;
        for (int g = 0; g < truth.size(); g++) {
            double iou = detection.box().iou(truth.get(g).box());
            if (truth.get(g).classId() == detection.classId() && iou > overlap) {
                overlap = iou;
                most = g;
            }
        }
        return overlap >= LEAST_OVERLAP ? most : -1;
    }

    /** Adds what another has counted, of the same classes on other images. */
    void merge(VocAveragePrecision other) {
        for (int k = 0; k < rankings.length; k++) {
            rankings[k].addAll(other.rankings[k]);
            positives[k] += other.positives[k];
        }
    }

    /**
     * Returns the mean over classes of VOC 2007's AP: the mean over the recalls 0, 0.1 .. 1 of the
     * best precision at a recall of at least that. NaN where no box counts.
     */
    double elevenPoint() {
        return mean(VocAveragePrecision::atElevenRecalls);
    }

    /**
     * Returns the mean over classes of VOC 2012's AP: the area under the curve of the best
     * precision at a recall of at least that on the axis. NaN where no box counts.
     */
    double allPoint() {
        return mean((envelope, boxes) -> Arrays.stream(envelope).sum() / boxes);
    }

    private static double atElevenRecalls(double[] envelope, long boxes) {
        double sum = 0;
        for (int level = 0; level < LEVELS; level++) {
            // In whole numbers: 3 of 10 boxes reach 0.3, though 3 / 10 < 3 * 0.1 as doubles.
            long hits = Math.max(1, -Math.floorDiv(-level * boxes, LEVELS - 1));
            sum += hits <= envelope.length ? envelope[(int) hits - 1] : 0;
        }
        return sum / LEVELS;
    }

    private interface Area {
        double under(double[] envelope, long boxes);
    }

    private double mean(Area area) {
        double sum = 0;
        int classes = 0;
        for (int k = 0; k < rankings.length; k++) {
            if (positives[k] > 0) {
                sum += area.under(rankings[k].envelope(0, Integer.MAX_VALUE), positives[k]);
                classes++;
            }
        }
        return classes == 0 ? Double.NaN : sum / classes;
    }
}
