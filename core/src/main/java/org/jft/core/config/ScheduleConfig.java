package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The learning rate over the run.
 *
 * @param kind constant, staircase or cosine
 * @param learningRate the rate after warm-up
 * @param warmupSteps steps of linear warm-up before the schedule starts; see {@code warmupShare}
 * @param warmupShare the same as a share of all steps, for runs of several lengths; at most one of
 *     the two is given
 * @param decay factor of one stair
 * @param decaySteps steps of one stair; the paper: 0.9 every 3M steps of batch 32
 */
public record ScheduleConfig(
        Kind kind,
        double learningRate,
        long warmupSteps,
        double warmupShare,
        Double decay,
        Long decaySteps) {
    /** The shapes there are. */
    public enum Kind {
        CONSTANT,
        STAIRCASE,
        COSINE
    }

    public ScheduleConfig {
        check(kind != null, "train.schedule.kind is required: constant, staircase or cosine");
        check(learningRate > 0, "train.schedule.learning_rate must be positive: %s", learningRate);
        check(warmupSteps >= 0, "train.schedule.warmup_steps must not be negative");
        check(warmupShare >= 0 && warmupShare < 1, "train.schedule.warmup_share must be in [0, 1)");
        check(
                warmupSteps == 0 || warmupShare == 0,
                "give at most one of train.schedule.warmup_steps and warmup_share");
        check(
                kind != Kind.STAIRCASE || (decay != null && decaySteps != null),
                "train.schedule.kind=staircase needs decay and decay_steps");
        check(decay == null || (decay > 0 && decay <= 1), "train.schedule.decay must be in (0, 1]");
        check(decaySteps == null || decaySteps > 0, "train.schedule.decay_steps must be positive");
    }
}
