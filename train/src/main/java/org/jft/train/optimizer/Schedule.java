package org.jft.train.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import org.jft.core.config.ScheduleConfig;
import org.jft.core.failure.ConfigException;

/** Learning rate as a pure function of the 0-based step; composes, holds no state. */
public sealed interface Schedule {
    /** Returns the rate that step {@code step} is taken with. */
    double at(long step);

    /**
     * Builds what a config describes, for a run of {@code totalSteps}.
     *
     * @throws ConfigException if the run is too short for warm-up and cool-down
     */
    static Schedule of(ScheduleConfig config, long totalSteps) {
        long warmup =
                config.warmupShare() > 0
                        ? Math.round(config.warmupShare() * totalSteps)
                        : config.warmupSteps();
        Schedule shape =
                switch (config.kind()) {
                    case CONSTANT -> new Constant(config.learningRate());
                    case STAIRCASE ->
                            new Staircase(
                                    config.learningRate(), config.decay(), config.decaySteps());
                    case COSINE ->
                            new Cosine(config.learningRate(), Math.max(1, totalSteps - warmup));
                    case RSQRT -> new ReciprocalSqrt(config.learningRate(), config.timescale());
                };
        Schedule warmed = warmup == 0 ? shape : new LinearWarmup(warmup, shape);
        long cooldown = Math.round(config.cooldownShare() * totalSteps);
        if (cooldown > 0 && config.warmupSteps() + cooldown > totalSteps) {
            throw new ConfigException(
                    "train.schedule.warmup_steps=%s and the %s steps of train.schedule.cooldown_share=%s do not fit into a run of %s steps"
                            .formatted(
                                    config.warmupSteps(),
                                    cooldown,
                                    config.cooldownShare(),
                                    totalSteps));
        }
        return cooldown == 0 ? warmed : new LinearCooldown(totalSteps, cooldown, warmed);
    }

    /** The same rate for ever. */
    record Constant(double rate) implements Schedule {
        @Override
        public double at(long step) {
            return rate;
        }
    }

    /** rate * decay^floor(step / decaySteps): the paper's, 1e-3 times 0.9 every 3M steps. */
    record Staircase(double rate, double decay, long decaySteps) implements Schedule {
        @Override
        public double at(long step) {
            return rate * Math.pow(decay, (double) (step / decaySteps));
        }
    }

    /**
     * Half a cosine from the rate to 0 (Loshchilov and Hutter 2017), reached after the last step.
     */
    record Cosine(double rate, long steps) implements Schedule {
        @Override
        public double at(long step) {
            double share = Math.min(1, (double) step / steps);
            return rate * 0.5 * (1 + Math.cos(Math.PI * share));
        }
    }

    /** Grows linearly to the following schedule's first rate; step 0 is not 0. */
    record LinearWarmup(long warmupSteps, Schedule then) implements Schedule {
        public LinearWarmup {
            checkArgument(warmupSteps > 0, "warmupSteps must be positive: %s", warmupSteps);
        }

        @Override
        public double at(long step) {
            return step < warmupSteps
                    ? then.at(0) * (step + 1) / warmupSteps
                    : then.at(step - warmupSteps);
        }
    }

    /**
     * rate / sqrt(1 + step / timescale), the reciprocal square root of Zhai et al. 2022 (arXiv
     * 2106.04560, appendix): does not depend on the length of the run, so that one run serves many
     * lengths, each with a cool-down of its own.
     */
    record ReciprocalSqrt(double rate, long timescale) implements Schedule {
        @Override
        public double at(long step) {
            return rate / Math.sqrt(1 + (double) step / timescale);
        }
    }

    /**
     * Takes a schedule down to 0 linearly over the last steps; 0 is reached after the last of all.
     */
    record LinearCooldown(long totalSteps, long cooldownSteps, Schedule of) implements Schedule {
        public LinearCooldown {
            checkArgument(cooldownSteps > 0, "cooldownSteps must be positive: %s", cooldownSteps);
        }

        @Override
        public double at(long step) {
            double left = Math.max(0, (double) (totalSteps - step) / cooldownSteps);
            return of.at(step) * Math.min(1, left);
        }
    }
}
