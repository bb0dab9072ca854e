package org.jft.core.engine.program;

import java.util.Optional;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.StandardizedConvolution;

/** What a node computes. Slices say where its parameters lie in the flat vector. */
public sealed interface Op {
    /** What multiplies by weights. */
    sealed interface Weighted extends Op {
        /** Returns where the weights lie. */
        Slice weight();

        /** Returns where the bias lies, one number an output channel. */
        Optional<Slice> bias();
    }

    /**
     * A convolution of one value.
     *
     * @param depthwise whether each input channel is a group of its own, with weights as [kh, kw,
     *     in, multiplier]; else all are one group, with weights as [out, in, kh, kw]. Of one input
     *     channel only this tells the two apart
     * @param standardized whether the weights of each output channel are brought to mean 0 and
     *     variance 1 before use, {@link #STANDARDIZING_EPSILON} beside the variance; never of a
     *     depthwise one
     */
    record Convolution(
            Window window,
            boolean depthwise,
            boolean standardized,
            Slice weight,
            Optional<Slice> bias)
            implements Weighted {
        /** What is added to the variance of weights. */
        public static final double STANDARDIZING_EPSILON = StandardizedConvolution.EPSILON;

        /** Returns the number of groups over an input of so many channels. */
        public int groups(int inputChannels) {
            return depthwise ? inputChannels : 1;
        }
    }

    /** y = W x + b over all elements of a row, taken row-major; weights are [out, in] row-major. */
    record Dense(Slice weight, Optional<Slice> bias) implements Weighted {}

    /**
     * Batch normalization over N, H, W (Ioffe and Szegedy 2015), the variance over n.
     *
     * @param decay of the running statistics: running = decay * running + (1 - decay) * batch
     */
    record BatchNorm(
            double epsilon, double decay, Slice scale, Slice shift, Slice mean, Slice variance)
            implements Op {}

    /**
     * Group normalization over H, W and the channels of a group, of each row by itself (Wu and He
     * 2018), the variance over n.
     *
     * @param groups a divisor of the channels
     */
    record GroupNorm(int groups, double epsilon, Slice scale, Slice shift) implements Op {}

    /**
     * An element-wise function.
     *
     * @param alpha slope below zero (LEAKY_RELU), scale (ELU) or factor (SWISH); 0 elsewhere
     */
    record Activation(Function function, float alpha) implements Op {
        /** Which function. */
        public enum Function {
            /** max(x, 0). */
            RELU(true),
            /** x where positive, else alpha x. */
            LEAKY_RELU(true),
            /** min(max(x, 0), 6). */
            RELU6(false),
            /** 1 / (1 + exp(-x)). */
            SIGMOID(true),
            /** Hyperbolic tangent. */
            TANH(true),
            /** x where positive, else alpha (exp(x) - 1). */
            ELU(true),
            /** x sigmoid(alpha x). */
            SWISH(false);

            private final boolean differentiableFromOutput;

            Function(boolean differentiableFromOutput) {
                this.differentiableFromOutput = differentiableFromOutput;
            }

            /** Returns whether backward can do with the output and needs no input. */
            public boolean differentiableFromOutput() {
                return differentiableFromOutput;
            }
        }

        /** Returns whether this is a plain rectifier, which fuses. */
        public boolean isRelu() {
            return function == Function.RELU;
        }
    }

    /** The sum of two values of equal shape. */
    record Add() implements Op {}

    /**
     * Pooling of one value.
     *
     * @param countPadding whether an average divides by the whole window at the border, too
     */
    record Pool(Kind kind, Window window, boolean countPadding) implements Op {
        /** How a window becomes one number. */
        public enum Kind {
            /** The largest. */
            MAX,
            /** The mean. */
            AVERAGE
        }
    }

    /** Values side by side along the channels. */
    record Concat() implements Op {}

    /** Resampling to the output's side, pixel centres at half positions. */
    record Resize(Method method) implements Op {
        /** How pixels between pixels are made. */
        public enum Method {
            /** The nearest pixel. */
            NEAREST,
            /** Linear in both directions. */
            BILINEAR
        }
    }

    /**
     * In training each element is zero with probability 1 - keep, else multiplied by 1 / keep.
     *
     * @param keep probability of staying
     * @param seed of this node's masks
     */
    record Dropout(double keep, long seed) implements Op {}
}
