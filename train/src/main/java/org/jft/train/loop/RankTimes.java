package org.jft.train.loop;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean times of a step by rank, without waiting for others: synchronous steps last as long for all,
 * and only this tells who holds the others up.
 */
final class RankTimes {
    private double[] sums = {};
    private long steps;

    /** Adds a step; starts anew when the workers are others. */
    void add(List<RankReport> ranks) {
        if (ranks.size() != sums.length) {
            sums = new double[ranks.size()];
            steps = 0;
        }
        for (int rank = 0; rank < sums.length; rank++) {
            sums[rank] += ranks.get(rank).millis();
        }
        steps++;
    }

    /** Starts anew. */
    void clear() {
        sums = new double[0];
        steps = 0;
    }

    double mean(int rank) {
        return sums[rank] / steps;
    }

    /** Returns the mean time of the middle rank; of an even number, of the faster of the two. */
    double median() {
        double[] sorted = sums.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2] / steps;
    }

    int slowest() {
        int slowest = 0;
        for (int rank = 1; rank < sums.length; rank++) {
            slowest = sums[rank] > sums[slowest] ? rank : slowest;
        }
        return slowest;
    }

    /** Returns it as numbers for a report; none of a worker that is alone. */
    Map<String, Number> report() {
        Map<String, Number> report = new LinkedHashMap<>();
        if (sums.length > 1) {
            report.put("step_ms_median", Math.round(median() * 1000) / 1000.0);
            report.put("step_ms_slowest", Math.round(mean(slowest()) * 1000) / 1000.0);
            report.put("slowest_rank", slowest());
        }
        return report;
    }
}
