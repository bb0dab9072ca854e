package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The update rule.
 *
 * @param kind sgd (with momentum), rmsprop (the paper's), or for large batches lars and lamb
 * @param momentum in [0, 1); LAMB's beta1
 * @param decay of the average of squared gradients: RMSprop's and LAMB's beta2; null: the rule's
 *     own, see {@link #resolved}
 * @param epsilon RMSprop's, inside the square root as in TensorFlow, or LAMB's, outside of it;
 *     null: the rule's own
 * @param weightDecay L2 on weights only, never on batch-norm parameters and biases
 * @param headWeightDecay the same of the head's weights; null: as weightDecay
 * @param trustCoefficient LARS's eta, the largest share of its norm that a tensor moves at rate 1
 */
public record OptimizerConfig(
        Kind kind,
        Double momentum,
        Double decay,
        Double epsilon,
        double weightDecay,
        Double headWeightDecay,
        Double trustCoefficient) {
    /** The update rules there are. */
    public enum Kind {
        SGD,
        RMSPROP,
        LARS,
        LAMB
    }

    public OptimizerConfig {
        check(kind != null, "train.optimizer.kind is required: sgd, rmsprop, lars or lamb");
        momentum = momentum == null ? 0.9 : momentum;
        trustCoefficient = trustCoefficient == null ? 0.001 : trustCoefficient;
        check(momentum >= 0 && momentum < 1, "train.optimizer.momentum must be in [0, 1)");
        check(
                decay == null || (decay > 0 && decay < 1),
                "train.optimizer.decay must be in (0, 1): %s",
                decay);
        check(
                epsilon == null || epsilon > 0,
                "train.optimizer.epsilon must be positive: %s",
                epsilon);
        check(weightDecay >= 0, "train.optimizer.weight_decay must not be negative");
        check(
                headWeightDecay == null || headWeightDecay >= 0,
                "train.optimizer.head_weight_decay must not be negative");
        check(trustCoefficient > 0, "train.optimizer.trust_coefficient must be positive");
    }

    /** Returns the L2 decay of a tensor of weights. */
    public double weightDecayOf(boolean head) {
        return head && headWeightDecay != null ? headWeightDecay : weightDecay;
    }

    /**
     * Returns the same with the rule's own decay and epsilon where none is given: 0.999 and 1e-6 of
     * LAMB, 0.9 and 1 of RMSprop. A config keeps them open, for an override of its kind alone.
     */
    public OptimizerConfig resolved() {
        boolean lamb = kind == Kind.LAMB;
        return new OptimizerConfig(
                kind,
                momentum,
                decay == null ? (lamb ? 0.999 : 0.9) : decay,
                epsilon == null ? (lamb ? 1e-6 : 1.0) : epsilon,
                weightDecay,
                headWeightDecay,
                trustCoefficient);
    }
}
