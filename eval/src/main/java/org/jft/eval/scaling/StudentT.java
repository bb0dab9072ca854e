package org.jft.eval.scaling;

import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/** Two-sided quantiles of Student's t and of the normal distribution. */
public final class StudentT {
    private StudentT() {}

    /** Returns t with P(|T| <= t) = level. */
    public static double twoSided(double level, int degreesOfFreedom) {
        return new TDistribution(null, degreesOfFreedom)
                .inverseCumulativeProbability((1 + level) / 2);
    }

    /** Returns z with P(|Z| <= z) = level. */
    static double normalTwoSided(double level) {
        return new NormalDistribution(null, 0, 1).inverseCumulativeProbability((1 + level) / 2);
    }
}
