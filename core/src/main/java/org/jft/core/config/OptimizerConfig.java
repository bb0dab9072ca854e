package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The update rule.
 *
 * @param kind sgd (with momentum) or rmsprop (the paper's)
 * @param momentum in [0, 1)
 * @param decay RMSprop's averaging of squared gradients
 * @param epsilon RMSprop's, inside the square root as in TensorFlow
 * @param weightDecay L2 on weights only, never on batch-norm parameters and biases
 */
public record OptimizerConfig(
        Kind kind, Double momentum, Double decay, Double epsilon, double weightDecay) {
    /** The update rules there are. */
    public enum Kind {
        SGD,
        RMSPROP
    }

    public OptimizerConfig {
        check(kind != null, "train.optimizer.kind is required: sgd or rmsprop");
        momentum = momentum == null ? 0.9 : momentum;
        decay = decay == null ? 0.9 : decay;
        epsilon = epsilon == null ? 1.0 : epsilon;
        check(momentum >= 0 && momentum < 1, "train.optimizer.momentum must be in [0, 1)");
        check(decay > 0 && decay < 1, "train.optimizer.decay must be in (0, 1): %s", decay);
        check(epsilon > 0, "train.optimizer.epsilon must be positive: %s", epsilon);
        check(weightDecay >= 0, "train.optimizer.weight_decay must not be negative");
    }
}
