package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;

/**
 * Scoring and the sweep.
 *
 * @param batch images of one forward pass; each crop counts
 * @param crops views of a test image whose probabilities are averaged: 1, the centre, or 10, the
 *     four corners and the centre, mirrored too (Krizhevsky et al. 2012)
 * @param classes file of the names of the classes that are scored, one a line; the network has
 *     learned them and may have learned others. Null: all that it has learned
 * @param subsets of the training set, one run for each and each seed; {@code --subset} overrides
 * @param seeds one run per subset and seed; several give error bars
 * @param metric the score that is fitted: map_at_100, top1 or top5
 * @param target the score to say how much data would reach it; null asks for none
 * @param bootstrap resamples behind a confidence interval
 * @param confidence level of the intervals
 * @param sweep the other axes of the grid
 */
public record EvalConfig(
        int batch,
        int crops,
        String classes,
        List<Subset> subsets,
        List<Long> seeds,
        String metric,
        Double target,
        int bootstrap,
        Double confidence,
        SweepConfig sweep) {
    public EvalConfig {
        batch = batch == 0 ? 64 : batch;
        crops = crops == 0 ? 1 : crops;
        subsets = subsets == null ? defaultSubsets() : List.copyOf(subsets);
        seeds = seeds == null ? List.of(0L) : List.copyOf(seeds);
        metric = metric == null ? "map_at_100" : metric;
        bootstrap = bootstrap == 0 ? 1000 : bootstrap;
        confidence = confidence == null ? 0.95 : confidence;
        sweep = sweep == null ? SweepConfig.none() : sweep;
        check(batch > 0, "eval.batch must be positive: %s", batch);
        check(crops == 1 || crops == 10, "eval.crops must be 1 or 10: %s", crops);
        check(classes == null || !classes.isBlank(), "eval.classes must name a file");
        check(!subsets.isEmpty(), "eval.subsets needs at least one subset");
        check(!seeds.isEmpty(), "eval.seeds needs at least one seed");
        check(
                List.of("map_at_100", "top1", "top5").contains(metric),
                "eval.metric must be map_at_100, top1 or top5: %s",
                metric);
        check(
                target == null || (target > 0 && target < 1),
                "eval.target is a score in (0, 1): %s",
                target);
        check(bootstrap > 0, "eval.bootstrap must be positive: %s", bootstrap);
        check(confidence > 0 && confidence < 1, "eval.confidence must be in (0, 1)");
    }

    static EvalConfig defaults() {
        return new EvalConfig(0, 0, null, null, null, null, null, 0, null, null);
    }

    private static List<Subset> defaultSubsets() {
        return List.of(Subset.parse("10%"), Subset.parse("30%"), Subset.ALL);
    }
}
