package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The learning rate over the run.
 *
 * @param kind constant, staircase, cosine or rsqrt
 * @param learningRate the rate after warm-up
 * @param warmupSteps steps of linear warm-up before the schedule starts; see {@code warmupShare}
 * @param warmupShare the same as a share of all steps, for runs of several lengths; at most one of
 *     the two is given
 * @param decay factor of one stair
 * @param decaySteps steps of one stair; the paper: 0.9 every 3M steps of batch 32
 * @param timescale of rsqrt: steps behind warm-up until the rate has fallen by a factor of sqrt(2)
 * @param cooldownShare share of all steps, the last, over which the rate goes down to 0 linearly;
 *     before them no rate depends on the length of the run unless the kind's own does
 */
public record ScheduleConfig(
        Kind kind,
        double learningRate,
        long warmupSteps,
        double warmupShare,
        Double decay,
        Long decaySteps,
        Long timescale,
        double cooldownShare) {
    /** The shapes there are. */
    public enum Kind {
        CONSTANT,
        STAIRCASE,
        COSINE,
        RSQRT
    }

    public ScheduleConfig {
        check(
                kind != null,
                "train.schedule.kind is required: constant, staircase, cosine or rsqrt");
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
        check(
                kind != Kind.RSQRT || timescale != null,
                "train.schedule.kind=rsqrt needs timescale, in steps");
        check(timescale == null || timescale > 0, "train.schedule.timescale must be positive");
        check(
                cooldownShare >= 0 && warmupShare + cooldownShare <= 1,
                "train.schedule.warmup_share and cooldown_share must be shares of one run: %s, %s",
                warmupShare,
                cooldownShare);
        check(
                kind != Kind.COSINE || cooldownShare == 0,
                "train.schedule.kind=cosine ends at 0 without a cooldown_share");
    }
}
