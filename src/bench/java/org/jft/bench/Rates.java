package org.jft.bench;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/** The rates of several rounds in short. */
public record Rates(double median, double lowest, double highest, int rounds) {
    /** Sums up the rates of rounds, in any order. */
    public static Rates of(List<Double> rates) {
        checkArgument(!rates.isEmpty(), "no rounds");
        List<Double> sorted = rates.stream().sorted().toList();
        int count = sorted.size();
        double median = (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2;
        return new Rates(median, sorted.get(0), sorted.get(count - 1), count);
    }
}
