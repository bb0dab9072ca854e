package org.jft.eval.transfer.classification;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Held-out scores of one network; the four scores lie in [0, 1].
 *
 * @param mapAt100 mean average precision over the best 100 images a class, weighted by class
 *     frequency
 * @param mapAt100Macro the same, every class alike
 * @param top1 share of images whose best candidate class is true
 * @param top5 share of images with a true class among the best five candidates
 * @param images held-out images scored
 * @param skipped those of them without a label among the candidates: they rank in mAP (as negatives
 *     of every candidate), and do not count in top-1 and top-5
 */
public record ClassificationScores(
        @JsonProperty("map_at_100") double mapAt100,
        @JsonProperty("map_at_100_macro") double mapAt100Macro,
        @JsonProperty("top1") double top1,
        @JsonProperty("top5") double top5,
        @JsonProperty("images") long images,
        @JsonProperty("skipped") long skipped) {

    /** Returns the four scores by the names that a config and a report use. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("map_at_100", mapAt100);
        metrics.put("map_at_100_macro", mapAt100Macro);
        metrics.put("top1", top1);
        metrics.put("top5", top5);
        return metrics;
    }
}
