package org.jft.core.engine.program;

import java.util.Optional;
import org.jft.core.engine.program.Op.Activation;
import org.jft.core.engine.program.Op.Activation.Function;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** DL4J's activation functions as ops. */
final class Activations {
    private static final double SIX = 6;

    private Activations() {}

    /** Returns the op, or nothing for the identity. */
    static Optional<Activation> lower(Site site, IActivation function) {
        if (function instanceof ActivationIdentity) {
            return Optional.empty();
        }
        if (function instanceof ActivationReLU relu) {
            return Optional.of(rectifier(site, relu));
        }
        if (function instanceof ActivationLReLU leaky) {
            return Optional.of(new Activation(Function.LEAKY_RELU, (float) leaky.getAlpha()));
        }
        if (function instanceof ActivationELU elu) {
            return Optional.of(new Activation(Function.ELU, (float) elu.getAlpha()));
        }
        if (function instanceof ActivationSwish) {
            return Optional.of(new Activation(Function.SWISH, 1));
        }
        if (function instanceof ActivationReLU6) {
            return Optional.of(new Activation(Function.RELU6, 0));
        }
        if (function instanceof ActivationSigmoid) {
            return Optional.of(new Activation(Function.SIGMOID, 0));
        }
        if (function instanceof ActivationTanH) {
            return Optional.of(new Activation(Function.TANH, 0));
        }
        throw site.refuse("no op for the activation '%s'", function);
    }

    /** DL4J's ReLU has a ceiling, a threshold and a slope, each null unless set. */
    private static Activation rectifier(Site site, ActivationReLU relu) {
        double slope = relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope();
        boolean plain = relu.getThreshold() == null || relu.getThreshold() == 0;
        if (plain && relu.getMax() == null) {
            return slope == 0
                    ? new Activation(Function.RELU, 0)
                    : new Activation(Function.LEAKY_RELU, (float) slope);
        }
        if (plain && slope == 0 && relu.getMax() == SIX) {
            return new Activation(Function.RELU6, 0);
        }
        throw site.refuse(
                "no op for a ReLU with max=%s, threshold=%s, negativeSlope=%s",
                relu.getMax(), relu.getThreshold(), relu.getNegativeSlope());
    }
}
