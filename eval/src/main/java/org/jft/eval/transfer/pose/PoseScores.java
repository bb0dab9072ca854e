package org.jft.eval.transfer.pose;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Held-out scores of one pose network, in [0, 1]; NaN where the held-out set has nothing of a size.
 * They are those that pycocotools prints for keypoints.
 *
 * @param ap mean over the thresholds 0.50, 0.55 .. 0.95 of keypoint similarity
 * @param ap50 AP at 0.50
 * @param ap75 AP at 0.75
 * @param apMedium AP of objects from 32 x 32 to 96 x 96 square pixels
 * @param apLarge AP of objects from 96 x 96
 * @param ar mean recall of the best 20 poses of an image
 * @param ar50 the recall at 0.50
 * @param ar75 the recall at 0.75
 * @param arMedium mean recall of objects from 32 x 32 to 96 x 96
 * @param arLarge mean recall of objects from 96 x 96
 * @param images held-out images scored
 */
public record PoseScores(
        double ap,
        double ap50,
        double ap75,
        double apMedium,
        double apLarge,
        double ar,
        double ar50,
        double ar75,
        double arMedium,
        double arLarge,
        long images) {

    /** Returns the scores by the names that a report uses, without those that are NaN. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("ap", ap);
        metrics.put("ap50", ap50);
        metrics.put("ap75", ap75);
        metrics.put("ap_medium", apMedium);
        metrics.put("ap_large", apLarge);
        metrics.put("ar", ar);
        metrics.put("ar50", ar50);
        metrics.put("ar75", ar75);
        metrics.put("ar_medium", arMedium);
        metrics.put("ar_large", arLarge);
        metrics.values().removeIf(score -> score.isNaN());
        return metrics;
    }
}
