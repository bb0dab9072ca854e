package org.jft.eval.scaling;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.math3.distribution.FDistribution;

/**
 * Whether the means of the sizes stand farther from a law than the spread of seeds explains: the
 * F-test for lack of fit with repeated runs (Draper and Smith 1998, "Applied Regression Analysis",
 * section 2.1). A small p-value says that the law is wrong here, however sure its parameters look.
 * Where all runs of a size learn from the same drawn images, it is conditional on that draw: part
 * of what stands off may be luck of the draw, which no seed shows.
 *
 * @param f mean square of the sizes' means about the law over that of the runs about their mean
 * @param sizesToSpare degrees of freedom of the first, sizes - parameters
 * @param runsToSpare degrees of freedom of the second, runs - sizes
 * @param pValue probability of an F at least as large if the law holds and runs scatter equally at
 *     all sizes
 */
public record LackOfFit(double f, int sizesToSpare, int runsToSpare, double pValue) {
    private static final double LEVEL = 0.05;

    /** Tests a law; empty without repeated runs, with no size to spare, or when all runs agree. */
    static Optional<LackOfFit> of(Curve curve, ScalingLaw law, CurveFitter fitter) {
        int sizesToSpare = curve.sizes() - fitter.parameterCount();
        int runsToSpare = curve.points().size() - curve.sizes();
        if (sizesToSpare < 1 || runsToSpare < 1) {
            return Optional.empty();
        }
        double between = 0;
        double within = 0;
        for (List<CurvePoint> runs : curve.bySize()) {
            double[] values =
                    runs.stream()
                            .mapToDouble(p -> fitter.residuals().of(curve.response(), p.value()))
                            .toArray();
            double first = values[0]; // equal runs have exactly no spread
            double mean = first;
            for (double value : values) {
                mean += (value - first) / values.length;
            }
            double expected = law.valueAt(runs.get(0).examples());
            double off = mean - fitter.residuals().of(curve.response(), expected);
            between += values.length * off * off;
            for (double value : values) {
                within += (value - mean) * (value - mean);
            }
        }
        if (within == 0) {
            return Optional.empty();
        }
        double f = between / sizesToSpare / (within / runsToSpare);
        FDistribution distribution = new FDistribution(null, sizesToSpare, runsToSpare);
        double pValue = 1 - distribution.cumulativeProbability(f);
        return Optional.of(new LackOfFit(f, sizesToSpare, runsToSpare, pValue));
    }

    /** Returns whether the law is refuted at 5%. */
    public boolean significant() {
        return pValue < LEVEL;
    }

    /** Returns the p-value as it is printed: {@code p < 0.001}. */
    public String text() {
        return pValue < 0.001 ? "p < 0.001" : String.format(Locale.ROOT, "p = %.2g", pValue);
    }

    /** Says in one clause what a significant one means. */
    String note() {
        return String.format(
                Locale.ROOT,
                "the sizes stand off this law by more than seeds do, lack of fit F(%d, %d) = %.3g, %s",
                sizesToSpare,
                runsToSpare,
                f,
                text());
    }
}
