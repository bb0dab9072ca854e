package org.jft.oracle;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** DL4J's activation functions as libtorch knows them. */
final class Activations {
    private static final double RELU6_END = 6;

    private Activations() {}

    /** Returns the function, or nothing where an activation is not among the known ones. */
    static Optional<UnaryOperator<Tensor>> of(IActivation activation, Probe probe) {
        return Optional.ofNullable(find(activation, probe));
    }

    /** Returns whether it is max(x, 0): no threshold, no cap, no slope. */
    static boolean isPlainReLU(IActivation activation) {
        return activation instanceof ActivationReLU relu
                && isZero(relu.getThreshold())
                && isZero(relu.getNegativeSlope())
                && isZero(relu.getMax());
    }

    private static UnaryOperator<Tensor> find(IActivation activation, Probe probe) {
        if (activation instanceof ActivationIdentity) {
            return x -> x;
        }
        if (isPlainReLU(activation)) {
            return x -> {
                probe.bends(x, 0);
                return x.relu();
            };
        }
        if (activation instanceof ActivationReLU6) {
            return x -> {
                probe.bends(x, 0);
                probe.bends(x, RELU6_END);
                return torch.relu6(x);
            };
        }
        if (activation instanceof ActivationLReLU leaky) {
            Scalar slope = new Scalar(leaky.getAlpha());
            return x -> {
                probe.bends(x, 0);
                return torch.leaky_relu(x, slope);
            };
        }
        if (activation instanceof ActivationELU elu) {
            Scalar alpha = new Scalar(elu.getAlpha());
            return x -> torch.elu(x, alpha, new Scalar(1.0), new Scalar(1.0));
        }
        if (activation instanceof ActivationSigmoid) {
            return Tensor::sigmoid;
        }
        if (activation instanceof ActivationTanH) {
            return Tensor::tanh;
        }
        if (activation instanceof ActivationSwish) {
            return torch::silu;
        }
        return null;
    }

    private static boolean isZero(Double value) {
        return value == null || value == 0;
    }
}
