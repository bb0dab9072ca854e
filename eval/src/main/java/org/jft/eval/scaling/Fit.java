package org.jft.eval.scaling;

import java.util.List;

/**
 * A law with its least-squares parameters, and how well it holds the points.
 *
 * @param identified whether the data determine the parameters: false when there are no more sizes
 *     than parameters, or when very different parameters fit as well
 * @param note why it is not identified, or another remark in one sentence; else empty
 * @param r2 share of the variance explained, on the metric's own scale; NaN when all values are
 *     equal
 * @param rmse root of the mean squared residual over the points, on the metric's own scale
 * @param residuals value - law, on the metric's own scale, in the order of the curve's points
 */
public record Fit(
        ScalingLaw law,
        boolean identified,
        String note,
        double r2,
        double rmse,
        List<Double> residuals) {
    public Fit {
        residuals = List.copyOf(residuals);
    }

    static Fit of(Curve curve, ScalingLaw law, boolean identified, String note) {
        List<CurvePoint> points = curve.points();
        List<Double> residuals =
                points.stream().map(p -> p.value() - law.valueAt(p.examples())).toList();
        double mean = points.stream().mapToDouble(CurvePoint::value).average().orElseThrow();
        double squares = residuals.stream().mapToDouble(r -> r * r).sum();
        double total = points.stream().mapToDouble(p -> Math.pow(p.value() - mean, 2)).sum();
        return new Fit(
                law,
                identified,
                note,
                total == 0 ? Double.NaN : 1 - squares / total,
                Math.sqrt(squares / points.size()),
                residuals);
    }
}
