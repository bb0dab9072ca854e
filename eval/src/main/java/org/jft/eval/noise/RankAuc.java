package org.jft.eval.noise;

import java.util.Arrays;

/** The area under the ROC curve, exactly, ties counted half. */
final class RankAuc {
    private RankAuc() {}

    /**
     * Returns P(a > b) + P(a = b) / 2 for a of the first and b of the second: the Mann-Whitney U
     * over m n. O((m + n) log(m + n)).
     *
     * @param found [m], at least one; sorted in place
     * @param others [n], at least one; sorted in place
     */
    static double of(float[] found, float[] others) {
        Arrays.sort(found);
        Arrays.sort(others);
        long twice = 0;
        int below = 0; // others less than the one at hand
        int upTo = 0; // others not more than it
        for (float one : found) {
            while (below < others.length && others[below] < one) {
                below++;
            }
            while (upTo < others.length && others[upTo] <= one) {
                upTo++;
            }
            twice += below + upTo;
        }
        return twice / (2.0 * found.length * others.length);
    }
}
