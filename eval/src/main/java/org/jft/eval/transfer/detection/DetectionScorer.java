package org.jft.eval.transfer.detection;

import static org.jft.eval.transfer.detection.AreaRange.ALL;
import static org.jft.eval.transfer.detection.AreaRange.LARGE;
import static org.jft.eval.transfer.detection.AreaRange.MEDIUM;
import static org.jft.eval.transfer.detection.AreaRange.SMALL;

import java.util.List;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Scores a detector of boxes over a held-out set, image by image: COCO's AP and AR and the AP of
 * Pascal VOC 2007 and 2012 in one pass. Not thread-safe; scorers that saw different images {@link
 * #merge}, in any order to the same scores.
 *
 * <pre>
 *   DetectionScorer scorer = new DetectionScorer(classCount);
 *   scorer.accept(image, detections, truth);          // once per image
 *   DetectionScores scores = scorer.scores();
 * </pre>
 *
 * <p>Memory: about 52 bytes a detection for COCO, which keeps 100 of a class in an image, and as
 * much for VOC, which keeps all; images themselves only by their ids.
 */
public final class DetectionScorer {
    private static final int DEEPEST = 100;

    private final CocoAveragePrecision coco;
    private final VocAveragePrecision voc;

    /**
     * @param classCount K, without a background
     */
    public DetectionScorer(int classCount) {
        coco = new CocoAveragePrecision(classCount, DEEPEST);
        voc = new VocAveragePrecision(classCount);
    }

    /**
     * Counts one image; both lists may be empty. Fails with the image's id, and counts nothing, on
     * a score or a box that is not finite, a negative size, a class outside of [0, K), and an image
     * that was counted before.
     *
     * @param image its id, distinct over the held-out set; decides ties
     */
    public void accept(long image, List<DetectedBox> detections, List<TrueBox> truth) {
        for (int i = 0; i < detections.size(); i++) {
            requireProper("detection", i, image, detections.get(i).box());
        }
        for (int i = 0; i < truth.size(); i++) {
            requireProper("annotation", i, image, truth.get(i).box());
        }
        coco.accept(image, detections, truth, DetectionScorer::overlap);
        voc.accept(image, detections, truth);
    }

    /** Adds what another scorer of the same classes has counted, on other images. */
    public void merge(DetectionScorer other) {
        coco.merge(other.coco);
        voc.merge(other.voc);
    }

    /** Returns the scores over all images accepted so far. */
    public DetectionScores scores() {
        double ap = coco.precision(ALL);
        if (Double.isNaN(ap)) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "none of %d held-out images has a box that counts".formatted(coco.images()));
        }
        return new DetectionScores(
                ap,
                coco.precisionAt(0.5, ALL),
                coco.precisionAt(0.75, ALL),
                coco.precision(SMALL),
                coco.precision(MEDIUM),
                coco.precision(LARGE),
                coco.recall(ALL, 1),
                coco.recall(ALL, 10),
                coco.recall(ALL, DEEPEST),
                coco.recall(SMALL, DEEPEST),
                coco.recall(MEDIUM, DEEPEST),
                coco.recall(LARGE, DEEPEST),
                voc.elevenPoint(),
                voc.allPoint(),
                coco.images());
    }

    /** Intersection over union; with a crowd, the share of the detection that lies in it. */
    private static double overlap(DetectedBox detection, TrueBox truth) {
        if (!truth.crowd()) {
            return detection.box().iou(truth.box());
        }
        double shared = detection.box().intersection(truth.box());
        return shared == 0 ? 0 : shared / detection.area();
    }

    private static void requireProper(String what, int index, long image, Box box) {
        if (!box.isProper()) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "%s %d of image %d is no box: x %s, y %s, width %s, height %s"
                            .formatted(
                                    what,
                                    index,
                                    image,
                                    box.x(),
                                    box.y(),
                                    box.width(),
                                    box.height()));
        }
    }
}
