package org.jft.eval.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Draws curves as they might have come out with other seeds.
 *
 * @param method in words
 * @param centre [S] means that the drawn ones scatter around
 * @param deviations [S][] per size, the deviations that its runs are drawn from, already widened
 * @param runs [S] runs to draw per size
 */
record Resampling(String method, double[] centre, List<double[]> deviations, int[] runs) {
    private static final int FEWEST_SPARE = 2;

    /** Whether every size was run at least twice, so that the spread over seeds is known. */
    static boolean seedsVary(Curve curve) {
        return curve.bySize().stream().allMatch(runs -> runs.size() > 1);
    }

    /** Returns why nothing can be resampled, or an empty text. */
    static String obstacle(Curve curve, CurveFitter fitter) {
        int spare = curve.points().size() - fitter.parameterCount();
        if (seedsVary(curve) || spare >= FEWEST_SPARE) {
            return "";
        }
        return "no interval: %d runs for %d parameters and not every size run twice leave too little"
                        .formatted(curve.points().size(), fitter.parameterCount())
                + " to resample; run every size with at least two seeds";
    }

    /** Plans the draws; there must be no {@link #obstacle}. */
    static Resampling plan(Curve curve, CurveFitter fitter, ScalingLaw law, double level) {
        SizeMeans means = SizeMeans.of(curve, fitter.residuals());
        return seedsVary(curve)
                ? overSeeds(curve, fitter.residuals(), means, level)
                : overResiduals(curve, fitter, law, level);
    }

    /** Within each size, its own runs. */
    private static Resampling overSeeds(
            Curve curve, Residuals residuals, SizeMeans means, double level) {
        List<List<CurvePoint>> sizes = curve.bySize();
        double widening = widening(curve.points().size() - sizes.size(), level);
        List<double[]> deviations = new ArrayList<>();
        for (int s = 0; s < sizes.size(); s++) {
            double mean = means.means()[s];
            double m = sizes.get(s).size();
            double scale = widening * Math.sqrt(m / (m - 1));
            deviations.add(
                    sizes.get(s).stream()
                            .mapToDouble(
                                    p -> scale * (residuals.of(curve.response(), p.value()) - mean))
                            .toArray());
        }
        return new Resampling(
                "runs drawn again within each size", means.means(), deviations, runs(sizes));
    }

    /** Around the law, the residuals of all points. */
    private static Resampling overResiduals(
            Curve curve, CurveFitter fitter, ScalingLaw law, double level) {
        Residuals axis = fitter.residuals();
        double n = curve.points().size();
        double spare = n - fitter.parameterCount();
        double[] residuals =
                curve.points().stream()
                        .mapToDouble(
                                p ->
                                        axis.of(curve.response(), p.value())
                                                - axis.of(
                                                        curve.response(),
                                                        law.valueAt(p.examples())))
                        .toArray();
        double mean = 0;
        for (double r : residuals) {
            mean += r / n;
        }
        double scale = widening((int) spare, level) * Math.sqrt(n / spare);
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = scale * (residuals[i] - mean);
        }
        List<List<CurvePoint>> sizes = curve.bySize();
        double[] centre =
                sizes.stream()
                        .mapToDouble(
                                runs ->
                                        axis.of(
                                                curve.response(),
                                                law.valueAt(runs.get(0).examples())))
                        .toArray();
        List<double[]> deviations = new ArrayList<>();
        sizes.forEach(size -> deviations.add(residuals));
        return new Resampling(
                "residuals of the fit drawn again (not every size was run twice)",
                centre,
                deviations,
                runs(sizes));
    }

    /** Draws the mean of each size. */
    double[] draw(Random random) {
        double[] means = centre.clone();
        for (int s = 0; s < means.length; s++) {
            double[] from = deviations.get(s);
            double sum = 0;
            for (int run = 0; run < runs[s]; run++) {
                sum += from[random.nextInt(from.length)];
            }
            means[s] += sum / runs[s];
        }
        return means;
    }

    /** Student's t over the normal quantile: few runs know their own spread badly. */
    private static double widening(int degreesOfFreedom, double level) {
        return StudentT.twoSided(level, degreesOfFreedom) / StudentT.normalTwoSided(level);
    }

    private static int[] runs(List<List<CurvePoint>> sizes) {
        return sizes.stream().mapToInt(List::size).toArray();
    }
}
