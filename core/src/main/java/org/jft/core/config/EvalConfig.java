package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;

/**
 * Scoring and the sweep.
 *
 * @param batch images of one forward pass; each crop counts
 * @param crops views of a test image whose probabilities are averaged: 1, the centre, or 10, the
 *     four corners and the centre, mirrored too (Krizhevsky et al. 2012)
 * @param seeds one run per subset and seed; several give error bars
 * @param metric the score that is fitted: map_at_100, top1 or top5
 * @param bootstrap resamples behind a confidence interval
 * @param confidence level of the intervals
 */
public record EvalConfig(
        int batch, int crops, List<Long> seeds, String metric, int bootstrap, Double confidence) {
    public EvalConfig {
        batch = batch == 0 ? 64 : batch;
        crops = crops == 0 ? 1 : crops;
        seeds = seeds == null ? List.of(0L) : List.copyOf(seeds);
        metric = metric == null ? "map_at_100" : metric;
        bootstrap = bootstrap == 0 ? 1000 : bootstrap;
        confidence = confidence == null ? 0.95 : confidence;
        check(batch > 0, "eval.batch must be positive: %s", batch);
        check(crops == 1 || crops == 10, "eval.crops must be 1 or 10: %s", crops);
        check(!seeds.isEmpty(), "eval.seeds needs at least one seed");
        check(
                List.of("map_at_100", "top1", "top5").contains(metric),
                "eval.metric must be map_at_100, top1 or top5: %s",
                metric);
        check(bootstrap > 0, "eval.bootstrap must be positive: %s", bootstrap);
        check(confidence > 0 && confidence < 1, "eval.confidence must be in (0, 1)");
    }

    static EvalConfig defaults() {
        return new EvalConfig(0, 0, null, null, 0, null);
    }
}
