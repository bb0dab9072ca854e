package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * Between how many workers a job may change while it trains. Without it, every loss of a worker
 * ends the job.
 *
 * @param minWorkers fewest that train; null means {@code cluster.workers}
 * @param maxWorkers most that are let in; null means {@code cluster.workers}
 * @param belowMin what those do who are left when they are fewer than {@code minWorkers}
 * @param onChange what becomes of the global batch when their number changes
 * @param lostAfterMs silence, in milliseconds, after which a worker counts as lost
 */
public record ElasticConfig(
        Integer minWorkers,
        Integer maxWorkers,
        BelowMin belowMin,
        OnChange onChange,
        Integer lostAfterMs) {
    /** What is done when too few workers are left. */
    public enum BelowMin {
        /** Write a checkpoint, and end with a failure that says so. */
        STOP,
        /** Wait for newcomers. */
        WAIT
    }

    /** What becomes of the global batch when the number of workers changes. */
    public enum OnChange {
        /**
         * It stays: the workers share its micro batches out among them. The run is the same, but
         * for the order of additions.
         */
        KEEP_BATCH,
        /**
         * Each worker keeps its number of micro batches, and the learning rate is multiplied by
         * what the global batch is (Goyal et al. 2017, the linear scaling rule). Another run, but
         * no worker takes longer for a step.
         */
        SCALE_RATE
    }

    public ElasticConfig {
        onChange = onChange == null ? OnChange.KEEP_BATCH : onChange;
        belowMin = belowMin == null ? BelowMin.STOP : belowMin;
        lostAfterMs = lostAfterMs == null ? 1500 : lostAfterMs;
        check(
                lostAfterMs >= 1000,
                "cluster.elastic.lost_after_ms must be at least 1000, or a long pause of a living"
                        + " worker counts as its loss: %s",
                lostAfterMs);
    }
}
