package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;

/**
 * Logistic regression on frozen features.
 *
 * @param l2 weights of half the squared coefficients beside the mean loss; the one that scores best
 *     on held-out images is taken
 * @param iterations of L-BFGS, at most
 */
public record LinearProbeConfig(List<Double> l2, int iterations) {
    public LinearProbeConfig {
        l2 = l2 == null ? List.of(1e-5, 1e-4, 1e-3, 1e-2, 1e-1) : List.copyOf(l2);
        iterations = iterations == 0 ? 200 : iterations;
        check(
                !l2.isEmpty() && l2.stream().allMatch(value -> value >= 0),
                "linear.l2 must not be negative: %s",
                l2);
        check(iterations > 0, "linear.iterations must be positive: %s", iterations);
    }

    static LinearProbeConfig defaults() {
        return new LinearProbeConfig(null, 0);
    }
}
