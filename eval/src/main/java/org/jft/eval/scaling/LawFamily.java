package org.jft.eval.scaling;

import java.util.Optional;

/**
 * A law of the error whose parameters follow from a straight line, in some transform, once a few of
 * them are given. Those are the family's axes, each mapped to [0, 1] such that even steps are fine
 * where the law changes fast.
 */
interface LawFamily {
    String law();

    int parameterCount();

    /** Returns what each axis is, in words for a reader. */
    String[] axes();

    /**
     * Returns the law of least squares in the transform.
     *
     * @param means on the axis of {@link Residuals#LOG}
     * @param at [axes] in [0, 1]
     * @return empty where no falling line fits
     */
    Optional<ScalingLaw> regress(SizeMeans means, Response response, double[] at);

    /** Returns a number on a scale from 0, first linear and then exponential, to the highest. */
    static double fromZero(double t, double smallest, double highest) {
        return smallest * Math.expm1(t * Math.log1p(highest / smallest));
    }
}
