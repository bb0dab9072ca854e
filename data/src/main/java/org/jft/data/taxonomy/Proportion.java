package org.jft.data.taxonomy;

/**
 * A share that was counted, and between what limits it lies in truth: Wilson's score interval
 * (1927) at 95%, which holds for few trials and shares near 0 and 1, too.
 *
 * @param successes in 0..trials
 * @param trials 0 says nothing: the share is NaN, the limits are 0 and 1
 */
public record Proportion(long successes, long trials) {
    private static final double Z = 1.959964; // 97.5% of a standard normal distribution lie below

    /** Returns the share; NaN without trials. */
    public double share() {
        return (double) successes / trials;
    }

    /** Returns the lower limit. */
    public double low() {
        return successes == 0 ? 0 : centre() - halfWidth();
    }

    /** Returns the upper limit. */
    public double high() {
        return successes == trials ? 1 : centre() + halfWidth();
    }

    private double centre() {
        return (successes + Z * Z / 2) / (trials + Z * Z);
    }

    private double halfWidth() {
        double p = share();
        return Z / (trials + Z * Z) * Math.sqrt(trials * p * (1 - p) + Z * Z / 4);
    }
}
