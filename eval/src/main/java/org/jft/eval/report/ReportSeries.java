package org.jft.eval.report;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jft.eval.scaling.Curve;
import org.jft.eval.scaling.CurvePoint;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Response;

/**
 * One curve of a report.
 *
 * @param name tells it from the others
 * @param metric name of the metric that was fitted; every point has it
 * @param response whether the metric is a score or an error
 * @param points at least one; kept in order of size, then seed
 * @param fits of {@link #curve}, in the order to show them
 * @param choice which of them speaks for the series
 */
public record ReportSeries(
        String name,
        String metric,
        Response response,
        List<ReportPoint> points,
        List<FittedLaw> fits,
        Choice choice) {
    private static final int RESAMPLES = 1000; // behind intervals that no page shows

    /**
     * The law that stands for a series where there is room for one.
     *
     * @param law name of a law of the fits
     * @param reason why this one, as a sentence without its full stop
     * @param extrapolation error of laws on sizes that were held out, by law; lower is better;
     *     empty when the curve is too short to hold any out
     */
    public record Choice(String law, String reason, Map<String, Double> extrapolation) {}

    public ReportSeries {
        requireNonNull(name, "name");
        requireNonNull(response, "response");
        requireNonNull(choice, "choice");
        checkArgument(!points.isEmpty(), "a series needs at least one point");
        for (ReportPoint point : points) {
            checkArgument(
                    point.metrics().get(metric) != null,
                    "the run %s has no %s",
                    point.runFolder(),
                    metric);
        }
        points =
                points.stream()
                        .sorted(
                                Comparator.comparingLong(ReportPoint::examples)
                                        .thenComparingLong(ReportPoint::seed))
                        .toList();
        fits = List.copyOf(fits);
    }

    /** Returns the fitted curve: the points' values of one metric. */
    public static Curve curve(String metric, Response response, List<ReportPoint> points) {
        return new Curve(
                response,
                points.stream()
                        .map(p -> new CurvePoint(p.examples(), p.seed(), p.metrics().get(metric)))
                        .toList());
    }

    /** Returns the curve that the fits are of. */
    public Curve curve() {
        return curve(metric, response, points);
    }

    /** Returns the law that stands for the series. */
    public Optional<FittedLaw> chosen() {
        return fits.stream().filter(fitted -> fitted.law().equals(choice.law())).findFirst();
    }

    double value(ReportPoint point) {
        return point.metrics().get(metric);
    }

    /**
     * Compares with another series, seed by seed.
     *
     * @param size tells the sizes apart
     * @param confidence level of the intervals
     * @return this one less the other, for each size at which at least two seeds are in both
     */
    <K> Map<K, PairedDifference> differences(
            ReportSeries other, Function<ReportPoint, K> size, double confidence) {
        Map<K, Map<Long, Double>> others = other.bySeed(size);
        Map<K, PairedDifference> differences = new LinkedHashMap<>();
        for (Map.Entry<K, Map<Long, Double>> own : bySeed(size).entrySet()) {
            Map<Long, Double> theirs = others.getOrDefault(own.getKey(), Map.of());
            List<Long> seeds =
                    own.getValue().keySet().stream().filter(theirs::containsKey).toList();
            if (seeds.size() >= 2) {
                differences.put(
                        own.getKey(),
                        PairedDifference.of(
                                seeds.stream().mapToDouble(own.getValue()::get).toArray(),
                                seeds.stream().mapToDouble(theirs::get).toArray(),
                                confidence,
                                RESAMPLES));
            }
        }
        return differences;
    }

    private <K> Map<K, Map<Long, Double>> bySeed(Function<ReportPoint, K> size) {
        return points.stream()
                .collect(
                        Collectors.groupingBy(
                                size,
                                LinkedHashMap::new,
                                Collectors.toMap(
                                        ReportPoint::seed,
                                        this::value,
                                        (a, b) -> b,
                                        TreeMap::new)));
    }

    /**
     * Returns series of one metric, the one that is ahead on its largest subset first; equal ones
     * in their order.
     */
    public static List<ReportSeries> ranked(List<ReportSeries> series) {
        Comparator<ReportSeries> byValue =
                Comparator.comparingDouble(one -> one.means().lastEntry().getValue());
        boolean score = series.get(0).response() == Response.SCORE;
        return series.stream().sorted(score ? byValue.reversed() : byValue).toList();
    }

    /** Returns the mean value of each size, ascending. */
    public TreeMap<Long, Double> means() {
        return points.stream()
                .collect(
                        Collectors.groupingBy(
                                ReportPoint::examples,
                                TreeMap::new,
                                Collectors.averagingDouble(this::value)));
    }
}
