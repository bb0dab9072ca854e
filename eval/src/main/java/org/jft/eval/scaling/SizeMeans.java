package org.jft.eval.scaling;

import java.util.List;

/**
 * A curve reduced to what least squares needs: per size, the number of runs and their mean on the
 * residual axis. The spread around the means is the same for every law and drops out.
 *
 * @param examples [S], ascending
 * @param runs [S]
 * @param means [S]
 */
record SizeMeans(double[] examples, double[] runs, double[] means) {
    static SizeMeans of(Curve curve, Residuals residuals) {
        List<List<CurvePoint>> sizes = curve.bySize();
        double[] examples = new double[sizes.size()];
        double[] runs = new double[sizes.size()];
        double[] means = new double[sizes.size()];
        for (int s = 0; s < examples.length; s++) {
            List<CurvePoint> atSize = sizes.get(s);
            examples[s] = atSize.get(0).examples();
            runs[s] = atSize.size();
            means[s] =
                    atSize.stream()
                            .mapToDouble(p -> residuals.of(curve.response(), p.value()))
                            .average()
                            .orElseThrow();
        }
        return new SizeMeans(examples, runs, means);
    }

    SizeMeans withMeans(double[] other) {
        return new SizeMeans(examples, runs, other);
    }

    /** Returns the mean over all runs. */
    double mean() {
        double sum = 0;
        double total = 0;
        for (int s = 0; s < means.length; s++) {
            sum += runs[s] * means[s];
            total += runs[s];
        }
        return sum / total;
    }
}
