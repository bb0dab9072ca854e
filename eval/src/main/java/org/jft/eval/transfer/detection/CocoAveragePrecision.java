package org.jft.eval.transfer.detection;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.stream.Collectors.groupingBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleBiFunction;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Average precision and recall as COCO defines them and pycocotools computes them, for any
 * similarity of a detection to an annotated object: intersection over union of boxes, or of
 * keypoints.
 *
 * <p>A detection hits where it takes an object whose similarity reaches a threshold, one of 0.50,
 * 0.55 .. 0.95. Whatever takes an ignored object does not count, nor does a detection that takes
 * none and is itself outside of the range of areas in question; objects outside of it are ignored.
 *
 * <pre>
 *   AP = mean over classes, thresholds and r = 0, 0.01 .. 1
 *        of the best precision at a recall of at least r
 *   AR = mean over classes and thresholds
 *        of the recall of the best n detections of a class in an image
 * </pre>
 *
 * <p>A class without an object that counts is left out of a mean. Equal scores rank by lower image
 * id, then by order in the image's list, so a result depends neither on the order in which images
 * arrive nor on which scorer they went to before a {@link #merge}.
 *
 * <p>Memory: about 52 bytes a detection, of which an image has at most {@code deepest} in a class,
 * and the ids of the images. Not thread-safe.
 */
public final class CocoAveragePrecision {
    private static final int THRESHOLDS = 10;
    private static final int RECALLS = 101;

    private final int deepest;
    private final Ranking[] rankings; // [K]
    private final long[][] positives; // [K][AreaRange]: objects that count
    private final Set<Long> images = new HashSet<>();

    /**
     * @param classCount K
     * @param deepest the best so many detections of a class in an image are kept: 100 for boxes, 20
     *     for poses
     */
    public CocoAveragePrecision(int classCount, int deepest) {
        checkArgument(classCount > 0, "classCount must be positive: %s", classCount);
        checkArgument(deepest > 0, "deepest must be positive: %s", deepest);
        this.deepest = deepest;
        rankings = new Ranking[classCount];
        Arrays.setAll(rankings, k -> new Ranking());
        positives = new long[classCount][AreaRange.values().length];
    }

    /**
     * Counts one image; both lists may be empty.
     *
     * @param image its id, distinct over the held-out set
     * @param similarity in [0, 1]; asked within a class only
     */
    public <D extends CocoDetection, G extends CocoTruth> void accept(
            long image, List<D> detections, List<G> truth, ToDoubleBiFunction<D, G> similarity) {
        check(image, detections, truth);
        Map<Integer, List<D>> detected = detections.stream().collect(groupingBy(D::classId));
        Map<Integer, List<G>> annotated = truth.stream().collect(groupingBy(G::classId));
        Set<Integer> classIds = new TreeSet<>(detected.keySet());
        classIds.addAll(annotated.keySet());
        for (int k : classIds) {
            List<D> best =
                    detected.getOrDefault(k, List.of()).stream()
                            .sorted(Ranking.bestFirst(D::score))
                            .limit(deepest)
                            .toList();
            judge(image, k, best, annotated.getOrDefault(k, List.of()), similarity);
        }
        images.add(image);
    }

    private <D extends CocoDetection, G extends CocoTruth> void judge(
            long image, int k, List<D> best, List<G> truth, ToDoubleBiFunction<D, G> similarity) {
        boolean[] crowd = new boolean[truth.size()];
        double[][] similar = new double[best.size()][truth.size()];
        for (int g = 0; g < crowd.length; g++) {
            crowd[g] = truth.get(g).crowd();
            for (int d = 0; d < similar.length; d++) {
                similar[d][g] = similarity.applyAsDouble(best.get(d), truth.get(g));
            }
        }
        CocoMatching matching = new CocoMatching(similar, crowd);
        long[] hits = new long[similar.length];
        long[] misses = new long[similar.length];
        for (AreaRange area : AreaRange.values()) {
            boolean[] ignored = new boolean[crowd.length];
            for (int g = 0; g < ignored.length; g++) {
                ignored[g] = truth.get(g).ignored() || !area.contains(truth.get(g).area());
                positives[k][area.ordinal()] += ignored[g] ? 0 : 1;
            }
            for (int t = 0; t < THRESHOLDS; t++) {
                long bit = 1L << criterion(area, t);
                int[] matches = matching.match(ignored, threshold(t));
                for (int d = 0; d < matches.length; d++) {
                    if (matches[d] == CocoMatching.NONE) {
                        misses[d] |= area.contains(best.get(d).area()) ? bit : 0;
                    } else {
                        hits[d] |= ignored[matches[d]] ? 0 : bit;
                    }
                }
            }
        }
        for (int d = 0; d < hits.length; d++) {
            rankings[k].add(best.get(d).score(), image, d, hits[d], misses[d]);
        }
    }

    /** Adds what another scorer of the same classes has counted, on other images. */
    public void merge(CocoAveragePrecision other) {
        checkArgument(
                rankings.length == other.rankings.length && deepest == other.deepest,
                "%s classes and %s detections cannot be merged with %s and %s",
                rankings.length,
                deepest,
                other.rankings.length,
                other.deepest);
        other.images.forEach(this::requireNew);
        for (int k = 0; k < rankings.length; k++) {
            rankings[k].addAll(other.rankings[k]);
            for (int area = 0; area < positives[k].length; area++) {
                positives[k][area] += other.positives[k][area];
            }
        }
        images.addAll(other.images);
    }

    /** Returns AP over all thresholds; NaN where no object of the range counts. */
    public double precision(AreaRange area) {
        return mean(area, 0, THRESHOLDS, this::averagePrecision);
    }

    /**
     * Returns AP at one threshold; NaN where no object of the range counts.
     *
     * @param threshold 0.50, 0.55 .. 0.95
     */
    public double precisionAt(double threshold, AreaRange area) {
        int t = index(threshold);
        return mean(area, t, t + 1, this::averagePrecision);
    }

    /**
     * Returns AR over all thresholds; NaN where no object of the range counts.
     *
     * @param detections the best so many of a class in an image
     */
    public double recall(AreaRange area, int detections) {
        return mean(area, 0, THRESHOLDS, (k, c, objects) -> recall(k, c, objects, detections));
    }

    /**
     * Returns AR at one threshold; NaN where no object of the range counts.
     *
     * @param threshold 0.50, 0.55 .. 0.95
     * @param detections the best so many of a class in an image
     */
    public double recallAt(double threshold, AreaRange area, int detections) {
        int t = index(threshold);
        return mean(area, t, t + 1, (k, c, objects) -> recall(k, c, objects, detections));
    }

    /** Returns how many images were counted. */
    public long images() {
        return images.size();
    }

    private interface Measure {
        double of(int k, int criterion, long objects);
    }

    private double mean(AreaRange area, int fromThreshold, int toThreshold, Measure measure) {
        double sum = 0;
        int count = 0;
        for (int k = 0; k < rankings.length; k++) {
            long objects = positives[k][area.ordinal()];
            if (objects > 0) {
                for (int t = fromThreshold; t < toThreshold; t++) {
                    sum += measure.of(k, criterion(area, t), objects);
                    count++;
                }
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    private double averagePrecision(int k, int criterion, long objects) {
        double[] envelope = rankings[k].envelope(criterion, deepest);
        double sum = 0;
        int hit = 0;
        for (int r = 0; r < RECALLS; r++) {
            // Doubles as pycocotools has them: 0.07 of recall are less than 7 * 0.01.
            while (hit < envelope.length && (hit + 1.0) / objects < r * 0.01) {
                hit++;
            }
            sum += hit < envelope.length ? envelope[hit] : 0;
        }
        return sum / RECALLS;
    }

    private double recall(int k, int criterion, long objects, int detections) {
        checkArgument(
                0 < detections && detections <= deepest, "%s of %s kept", detections, deepest);
        return (double) rankings[k].envelope(criterion, detections).length / objects;
    }

    private static int criterion(AreaRange area, int t) {
        return area.ordinal() * THRESHOLDS + t;
    }

    /** Returns 0.50, 0.55 .. 0.95, rounded as by numpy's linspace. */
    private static double threshold(int t) {
        return 0.5 + t * ((0.95 - 0.5) / (THRESHOLDS - 1));
    }

    private static int index(double threshold) {
        int t = (int) Math.round((threshold - 0.5) * 20);
        checkArgument(
                0 <= t && t < THRESHOLDS && Math.abs(threshold(t) - threshold) < 1e-9,
                "%s is none of the thresholds 0.50, 0.55 .. 0.95",
                threshold);
        return t;
    }

    private void check(
            long image, List<? extends CocoDetection> detections, List<? extends CocoTruth> truth) {
        requireNew(image);
        for (int i = 0; i < detections.size(); i++) {
            CocoDetection detection = detections.get(i);
            require(
                    0 <= detection.classId() && detection.classId() < rankings.length,
                    "detection %d of image %d is of class %d of %d",
                    i,
                    image,
                    detection.classId(),
                    rankings.length);
            require(
                    Float.isFinite(detection.score()),
                    "the score of detection %d of image %d is %s: the network has diverged",
                    i,
                    image,
                    detection.score());
        }
        for (int i = 0; i < truth.size(); i++) {
            CocoTruth object = truth.get(i);
            require(
                    0 <= object.classId() && object.classId() < rankings.length,
                    "annotation %d of image %d is of class %d of %d",
                    i,
                    image,
                    object.classId(),
                    rankings.length);
            require(
                    Double.isFinite(object.area()) && object.area() >= 0,
                    "the area of annotation %d of image %d is %s",
                    i,
                    image,
                    object.area());
        }
    }

    private void requireNew(long image) {
        require(!images.contains(image), "image %d was scored before", image);
    }

    private static void require(boolean holds, String problem, Object... values) {
        if (!holds) {
            throw new JftException(Category.ABORT_RUN, problem.formatted(values));
        }
    }
}
