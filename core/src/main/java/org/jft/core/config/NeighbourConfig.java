package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;

/**
 * Nearest neighbours by the cosine of their features.
 *
 * @param neighbours how many vote, one probe each
 * @param temperature a vote weighs exp(cosine / temperature)
 */
public record NeighbourConfig(List<Integer> neighbours, Double temperature) {
    public NeighbourConfig {
        neighbours = neighbours == null ? List.of(1, 20) : List.copyOf(neighbours);
        temperature = temperature == null ? 0.07 : temperature;
        check(
                !neighbours.isEmpty() && neighbours.stream().allMatch(count -> count > 0),
                "knn.neighbours must be positive: %s",
                neighbours);
        check(temperature > 0, "knn.temperature must be positive: %s", temperature);
    }

    static NeighbourConfig defaults() {
        return new NeighbourConfig(null, null);
    }
}
