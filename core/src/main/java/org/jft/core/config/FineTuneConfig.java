package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;

/**
 * Fine-tuning by the BiT-HyperRule (Kolesnikov et al. 2020): SGD without weight decay, the rate
 * falling to a tenth after 30, 60 and 90% of the steps.
 *
 * @param learningRates the one whose run scores best on held-out images is taken, by each start for
 *     itself, on the first seed; the rule has 0.003
 * @param batch images of a step; the rule has 512
 * @param steps 0: the rule's 500, 10,000 or 20,000 for below 20,000, below 500,000 or more images
 * @param mixupAlpha null: the rule's 0 below 20,000 images and 0.1 above
 * @param freezeUpTo vertex that stays as it starts, with all before it; null: all is trained
 * @param workers local worker processes
 */
public record FineTuneConfig(
        List<Double> learningRates,
        int batch,
        long steps,
        Double mixupAlpha,
        String freezeUpTo,
        int workers) {
    public FineTuneConfig {
        learningRates =
                learningRates == null
                        ? List.of(0.003, 0.01, 0.03, 0.1)
                        : List.copyOf(learningRates);
        batch = batch == 0 ? 512 : batch;
        workers = workers == 0 ? 1 : workers;
        check(
                !learningRates.isEmpty() && learningRates.stream().allMatch(rate -> rate > 0),
                "fine_tune.learning_rates must be positive: %s",
                learningRates);
        check(batch > 0, "fine_tune.batch must be positive: %s", batch);
        check(steps >= 0, "fine_tune.steps must not be negative: %s", steps);
        check(
                workers > 0 && batch % workers == 0,
                "fine_tune.batch=%s is not a multiple of fine_tune.workers=%s",
                batch,
                workers);
    }

    static FineTuneConfig defaults() {
        return new FineTuneConfig(null, 0, 0, null, null, 0);
    }
}
