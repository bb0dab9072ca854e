package org.jft.eval.report;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.List;
import org.jft.eval.scaling.Curve;
import org.jft.eval.scaling.CurvePoint;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Response;

/**
 * Everything a report shows.
 *
 * @param title one line
 * @param metric name of the metric that was fitted; every point has it
 * @param response whether the metric is a score or an error
 * @param points at least one; kept in order of size, then seed
 * @param fits of {@link #curve}, in the order to show them
 */
public record SweepReport(
        String title,
        String metric,
        Response response,
        List<ReportPoint> points,
        List<FittedLaw> fits,
        Provenance provenance) {
    public SweepReport {
        requireNonNull(title, "title");
        requireNonNull(response, "response");
        requireNonNull(provenance, "provenance");
        checkArgument(!points.isEmpty(), "a report needs at least one point");
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

    double value(ReportPoint point) {
        return point.metrics().get(metric);
    }
}
