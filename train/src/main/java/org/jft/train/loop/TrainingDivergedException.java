package org.jft.train.loop;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** A loss, a gradient or a parameter is no longer a number. */
public final class TrainingDivergedException extends JftException {
    TrainingDivergedException(String what, long step, String ranks) {
        super(
                Category.ABORT_RUN,
                ("%s is not finite at step %s on rank %s; the checkpoints before it are intact:"
                                + " lower train.schedule.learning_rate, lengthen its warm-up or set"
                                + " train.clip_norm")
                        .formatted(what, step, ranks));
    }
}
