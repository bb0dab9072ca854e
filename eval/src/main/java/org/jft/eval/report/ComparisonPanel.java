package org.jft.eval.report;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jft.eval.scaling.PairedDifference;

/**
 * Series of which each is compared with the first, on the same subsets and seeds.
 *
 * @param name what they have in common; empty when there is nothing to tell apart
 * @param series at least two, in the order to show them
 * @param confidence level of the intervals
 */
public record ComparisonPanel(String name, List<ReportSeries> series, double confidence) {
    public ComparisonPanel {
        checkArgument(series.size() >= 2, "one series alone is compared with nothing: %s", name);
        series = List.copyOf(series);
    }

    /** Returns what the others are compared with. */
    public ReportSeries first() {
        return series.get(0);
    }

    /** Returns the subsets of the first series, in order of size. */
    List<String> subsets() {
        return first().points().stream().map(ReportPoint::subset).distinct().toList();
    }

    /** Returns how a series differs from the first, for each subset with at least two seeds. */
    public Map<String, PairedDifference> differences(ReportSeries one) {
        return one.differences(first(), ReportPoint::subset, confidence);
    }

    /** Returns the mean value of a series on each of its subsets. */
    static Map<String, Double> means(ReportSeries one) {
        return one.points().stream()
                .collect(
                        Collectors.groupingBy(
                                ReportPoint::subset,
                                LinkedHashMap::new,
                                Collectors.averagingDouble(one::value)));
    }
}
