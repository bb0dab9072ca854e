package org.jft.eval.scaling;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
 * @param lackOfFit whether the law holds within the spread of seeds; empty where nothing tells
 */
public record Fit(
        ScalingLaw law,
        boolean identified,
        String note,
        double r2,
        double rmse,
        List<Double> residuals,
        Optional<LackOfFit> lackOfFit) {
    public Fit {
        residuals = List.copyOf(residuals);
    }

    static Fit of(Curve curve, ScalingLaw law, CurveFitter fitter, CurveFitter.Verdict verdict) {
        List<CurvePoint> points = curve.points();
        List<Double> residuals =
                points.stream().map(p -> p.value() - law.valueAt(p.examples())).toList();
        double mean = points.stream().mapToDouble(CurvePoint::value).average().orElseThrow();
        double squares = residuals.stream().mapToDouble(r -> r * r).sum();
        double total = points.stream().mapToDouble(p -> Math.pow(p.value() - mean, 2)).sum();
        Optional<LackOfFit> lackOfFit = LackOfFit.of(curve, law, fitter);
        String note =
                Stream.concat(
                                Stream.of(verdict.note()),
                                lackOfFit.stream()
                                        .filter(LackOfFit::significant)
                                        .map(LackOfFit::note))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("; "));
        return new Fit(
                law,
                verdict.identified(),
                note,
                total == 0 ? Double.NaN : 1 - squares / total,
                Math.sqrt(squares / points.size()),
                residuals,
                lackOfFit);
    }
}
