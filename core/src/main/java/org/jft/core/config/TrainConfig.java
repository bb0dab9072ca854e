package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * One training run.
 *
 * @param globalBatch samples of one step over all workers
 * @param microBatch samples of one forward and backward pass; also the group over which batch norm
 *     takes its statistics, so that they do not depend on the number of workers. A worker
 *     accumulates global_batch / workers / micro_batch of them
 * @param epochs passes over the chosen subset; exactly one of epochs and steps is given
 * @param steps optimizer steps
 * @param clipNorm largest global gradient norm; 0 means unlimited
 * @param emaDecay of the moving average of parameters that is evaluated in their place; 0 means
 *     none is kept
 */
public record TrainConfig(
        int globalBatch,
        int microBatch,
        Double epochs,
        Long steps,
        ObjectiveConfig objective,
        OptimizerConfig optimizer,
        ScheduleConfig schedule,
        double clipNorm,
        double emaDecay,
        CadenceConfig cadence) {

    /** By what logits become probabilities, and the cross-entropy that goes with it. */
    public enum Objective {
        /** Sigmoid cross-entropy per class, summed over classes: multi-label. */
        SIGMOID,
        /** Softmax cross-entropy against all labels of a sample: for single-label data. */
        SOFTMAX
    }

    public TrainConfig {
        check(globalBatch > 0, "train.global_batch must be positive: %s", globalBatch);
        microBatch = microBatch == 0 ? globalBatch : microBatch;
        check(
                microBatch > 0 && globalBatch % microBatch == 0,
                "train.global_batch=%s is not a multiple of train.micro_batch=%s",
                globalBatch,
                microBatch);
        check(
                (epochs == null) != (steps == null),
                "give exactly one of train.epochs and train.steps");
        check(epochs == null || epochs > 0, "train.epochs must be positive: %s", epochs);
        check(steps == null || steps > 0, "train.steps must be positive: %s", steps);
        check(clipNorm >= 0, "train.clip_norm must not be negative: %s", clipNorm);
        check(
                emaDecay >= 0 && emaDecay < 1,
                "train.ema_decay must be in [0, 1), such as 0.9999: %s",
                emaDecay);
        objective = objective == null ? ObjectiveConfig.plain(Objective.SIGMOID) : objective;
        check(optimizer != null, "train.optimizer is required: for example {kind: sgd, ...}");
        check(schedule != null, "train.schedule is required: for example {kind: cosine, ...}");
        cadence = cadence == null ? CadenceConfig.defaults() : cadence;
    }

    /** Returns the optimizer steps of a run over {@code sampleCount} samples; at least one. */
    public long stepCount(long sampleCount) {
        if (steps != null) {
            return steps;
        }
        return Math.max(1, (long) Math.ceil(epochs * sampleCount / globalBatch));
    }
}
