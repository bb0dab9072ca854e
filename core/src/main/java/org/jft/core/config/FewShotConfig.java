package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;

/**
 * Ridge regression on few images a class, the few-shot evaluation of big_vision.
 *
 * @param shots images drawn of each class, one probe each
 * @param l2 weight of the squared coefficients; of several, the one that scores best on held-out
 *     images is taken
 */
public record FewShotConfig(List<Integer> shots, List<Double> l2) {
    public FewShotConfig {
        shots = shots == null ? List.of(1, 5, 10, 25) : List.copyOf(shots);
        l2 = l2 == null ? List.of(1024.0) : List.copyOf(l2);
        check(
                !shots.isEmpty() && shots.stream().allMatch(count -> count > 0),
                "few_shot.shots must be positive: %s",
                shots);
        check(
                !l2.isEmpty() && l2.stream().allMatch(value -> value > 0),
                "few_shot.l2 must be positive: %s",
                l2);
    }

    static FewShotConfig defaults() {
        return new FewShotConfig(null, null);
    }
}
