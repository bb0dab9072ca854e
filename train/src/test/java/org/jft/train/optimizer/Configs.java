package org.jft.train.optimizer;

import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.ScheduleConfig;
import org.jft.core.config.TrainConfig;

/** Configs with what an optimizer reads. */
final class Configs {
    private Configs() {}

    static TrainConfig train(OptimizerConfig optimizer, double emaDecay) {
        ScheduleConfig schedule =
                new ScheduleConfig(ScheduleConfig.Kind.CONSTANT, 0.1, 0, 0, null, null, null, 0);
        return new TrainConfig(1, 1, null, 1L, null, optimizer, schedule, 0, emaDecay, null);
    }
}
