package org.jft.eval.scaling;

import java.util.Map;

/** The expected value of the metric as a function of the number of training images. */
public sealed interface ScalingLaw
        permits LogLinear, PowerLaw, SaturatingPower, OffsetPower, SigmoidalPower, ShiftedPower {
    /** Returns the law's name in files, snake_case. */
    String name();

    /** Returns the parameters by their names in files, in the order of the formula. */
    Map<String, Double> parameters();

    /**
     * Returns the expected score or loss. It is the formula's number, also where that leaves [0,
     * 1].
     */
    double valueAt(double examples);
}
