package org.jft.eval.transfer.segmentation;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Held-out scores of one segmentation, in [0, 1].
 *
 * @param meanIou mean of those of {@code iou} that are not NaN
 * @param pixelAccuracy share of the pixels whose class is right
 * @param iou [K], intersection over union of each class; NaN where it is neither in the truth nor
 *     predicted
 * @param pixels pixels that count
 * @param images held-out images scored
 */
public record SegmentationScores(
        double meanIou, double pixelAccuracy, double[] iou, long pixels, long images) {

    /** Returns the two scores over all classes by the names that a report uses. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("miou", meanIou);
        metrics.put("pixel_accuracy", pixelAccuracy);
        return metrics;
    }
}
