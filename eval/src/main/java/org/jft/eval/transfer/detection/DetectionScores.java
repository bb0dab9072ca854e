package org.jft.eval.transfer.detection;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Held-out scores of one detector, in [0, 1]; NaN where the held-out set has nothing of a size.
 * COCO's are those that pycocotools prints.
 *
 * @param ap mean over the thresholds 0.50, 0.55 .. 0.95 of intersection over union
 * @param ap50 AP at 0.50
 * @param ap75 AP at 0.75
 * @param apSmall AP of objects up to 32 x 32 square pixels
 * @param apMedium AP of objects up to 96 x 96
 * @param apLarge AP of objects from 96 x 96
 * @param ar1 mean recall of the best detection of a class in an image
 * @param ar10 mean recall of the best 10
 * @param ar100 mean recall of the best 100
 * @param arSmall ar100 of objects up to 32 x 32 square pixels
 * @param arMedium ar100 of objects up to 96 x 96
 * @param arLarge ar100 of objects from 96 x 96
 * @param voc07 mean AP of Pascal VOC 2007, by 11 recalls
 * @param voc12 mean AP of Pascal VOC 2012, by all recalls
 * @param images held-out images scored
 */
public record DetectionScores(
        double ap,
        double ap50,
        double ap75,
        double apSmall,
        double apMedium,
        double apLarge,
        double ar1,
        double ar10,
        double ar100,
        double arSmall,
        double arMedium,
        double arLarge,
        double voc07,
        double voc12,
        long images) {

    /** Returns the scores by the names that a report uses, without those that are NaN. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("ap", ap);
        metrics.put("ap50", ap50);
        metrics.put("ap75", ap75);
        metrics.put("ap_small", apSmall);
        metrics.put("ap_medium", apMedium);
        metrics.put("ap_large", apLarge);
        metrics.put("ar_1", ar1);
        metrics.put("ar_10", ar10);
        metrics.put("ar_100", ar100);
        metrics.put("ar_small", arSmall);
        metrics.put("ar_medium", arMedium);
        metrics.put("ar_large", arLarge);
        metrics.put("voc07_map", voc07);
        metrics.put("voc12_map", voc12);
        metrics.values().removeIf(score -> score.isNaN());
        return metrics;
    }
}
