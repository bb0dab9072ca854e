package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * Between how many workers a job may change while it trains. Without it, every loss of a worker
 * ends the job.
 *
 * <p>Each step keeps its global batch, whatever the number of workers: they share its micro batches
 * out among them.
 *
 * @param minWorkers fewest that train; null means {@code cluster.workers}
 * @param maxWorkers most that are let in; null means {@code cluster.workers}
 * @param belowMin what those do who are left when they are fewer than {@code minWorkers}
 * @param lostAfterMs silence, in milliseconds, after which a worker counts as lost
 */
public record ElasticConfig(
        Integer minWorkers, Integer maxWorkers, BelowMin belowMin, Integer lostAfterMs) {
    /** What is done when too few workers are left. */
    public enum BelowMin {
        /** Write a checkpoint, and end with a failure that says so. */
        STOP,
        /** Wait for newcomers. */
        WAIT
    }

    public ElasticConfig {
        belowMin = belowMin == null ? BelowMin.STOP : belowMin;
        lostAfterMs = lostAfterMs == null ? 1500 : lostAfterMs;
        check(
                lostAfterMs >= 1000,
                "cluster.elastic.lost_after_ms must be at least 1000, or a long pause of a living"
                        + " worker counts as its loss: %s",
                lostAfterMs);
    }
}
