package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * What happens every so many steps.
 *
 * @param metricsEvery steps between lines of metrics.jsonl
 * @param checkpointEvery steps between checkpoints; the last step always has one
 * @param keepCheckpoints newest checkpoints kept
 * @param checksumEvery steps between proofs that all ranks hold bit-equal parameters; 0 means never
 * @param branchFrom folder of another run that may have been this one up to some step: a run
 *     without checkpoints of its own goes on from there, with the numbers it would have had; null
 *     for none
 */
public record CadenceConfig(
        Integer metricsEvery,
        Integer checkpointEvery,
        Integer keepCheckpoints,
        Integer checksumEvery,
        String branchFrom) {
    public CadenceConfig {
        metricsEvery = metricsEvery == null ? 10 : metricsEvery;
        checkpointEvery = checkpointEvery == null ? 1000 : checkpointEvery;
        keepCheckpoints = keepCheckpoints == null ? 2 : keepCheckpoints;
        checksumEvery = checksumEvery == null ? 100 : checksumEvery;
        check(metricsEvery > 0, "train.cadence.metrics_every must be positive: %s", metricsEvery);
        check(
                checkpointEvery > 0,
                "train.cadence.checkpoint_every must be positive: %s",
                checkpointEvery);
        check(
                keepCheckpoints > 0,
                "train.cadence.keep_checkpoints must be positive: %s",
                keepCheckpoints);
        check(checksumEvery >= 0, "train.cadence.checksum_every must not be negative");
    }

    static CadenceConfig defaults() {
        return new CadenceConfig(null, null, null, null, null);
    }
}
