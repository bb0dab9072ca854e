package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fits a law and resamples the curve for percentile intervals on its parameters and predictions.
 *
 * <p>What is resampled: with two or more runs at every size, the runs of each size; else the
 * residuals of the fit, while at least two degrees of freedom are left; else nothing, and the
 * intervals are empty with the reason. Plain percentiles of so few runs come out too narrow, for
 * two known reasons, and both are undone before drawing (Hesterberg 2015, "What Teachers Should
 * Know About the Bootstrap", The American Statistician 69(4)): deviations are scaled by sqrt(m / (m
 * - 1)), or sqrt(N / (N - p)) for residuals, because m runs stand too close to their own mean; and
 * by Student's t over the normal quantile, because m runs know their spread badly.
 *
 * <p>An interval says how much another set of seeds would move the curve, if the law holds. It does
 * not say whether the law holds.
 *
 * @param resamples curves drawn; 1000 or more for 95%
 * @param level confidence level in (0, 1)
 * @param seed seeds the draws: equal input gives equal intervals
 */
public record Bootstrap(int resamples, double level, long seed) {
    /** Sizes that every report predicts, in multiples of the largest size. */
    public static final List<Double> FACTORS = List.of(3.0, 10.0, 100.0);

    /** How far bands reach, in multiples of the largest size: more would crowd the data. */
    public static final double BAND_REACH = 10;

    private static final int BAND_POINTS = 61;

    public Bootstrap {
        checkArgument(resamples > 0, "resamples must be positive: %s", resamples);
        checkArgument(0 < level && level < 1, "level must be in (0, 1): %s", level);
    }

    /** Fits the law and predicts at {@link #FACTORS} times the largest size. */
    public FittedLaw fit(Curve curve, CurveFitter fitter) {
        return fit(curve, fitter, FACTORS, Optional.empty());
    }

    /**
     * Fits the law.
     *
     * @param factors sizes to predict, in multiples of the largest size
     * @param target a score or loss to say how much data it takes
     */
    public FittedLaw fit(
            Curve curve, CurveFitter fitter, List<Double> factors, Optional<Double> target) {
        Optional<String> obstacle = fitter.obstacle(curve);
        if (obstacle.isPresent()) {
            return new FittedLaw(
                    fitter.law(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    obstacle.get());
        }
        Fit fit = fitter.fit(curve);
        String noInterval = Resampling.obstacle(curve, fitter);
        Optional<Draws> draws =
                noInterval.isEmpty()
                        ? Optional.of(draw(curve, fitter, fit.law()))
                        : Optional.empty();
        List<Prediction> predictions =
                factors.stream().map(factor -> predict(curve, fit.law(), draws, factor)).toList();
        String note =
                Stream.of(fit.note(), noInterval)
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("; "));
        double farthest =
                factors.stream().mapToDouble(f -> Math.min(f, BAND_REACH)).reduce(1, Math::max);
        return new FittedLaw(
                fitter.law(),
                Optional.of(fit),
                draws.map(drawn -> intervals(curve, drawn, farthest)),
                predictions,
                target.map(score -> need(curve, fit.law(), draws, score)),
                note);
    }

    /** The law as it came out on each drawn curve. */
    private record Draws(String method, List<ScalingLaw> laws) {}

    private Draws draw(Curve curve, CurveFitter fitter, ScalingLaw law) {
        SizeMeans means = SizeMeans.of(curve, fitter.residuals());
        Resampling resampling = Resampling.plan(curve, fitter, law, level);
        Random random = new Random(seed);
        List<ScalingLaw> laws = new ArrayList<>(resamples);
        for (int i = 0; i < resamples; i++) {
            laws.add(fitter.solve(means.withMeans(resampling.draw(random)), curve.response()));
        }
        return new Draws(resampling.method(), laws);
    }

    private Prediction predict(Curve curve, ScalingLaw law, Optional<Draws> draws, double factor) {
        double examples = factor * curve.largest();
        return new Prediction(
                factor,
                examples,
                law.valueAt(examples),
                draws.map(drawn -> interval(drawn, one -> one.valueAt(examples))));
    }

    private DataNeed need(Curve curve, ScalingLaw law, Optional<Draws> draws, double target) {
        return new DataNeed(
                target,
                DataNeed.of(law, curve, target),
                draws.map(drawn -> interval(drawn, one -> DataNeed.of(one, curve, target))));
    }

    private Intervals intervals(Curve curve, Draws draws, double farthest) {
        Map<String, Interval> parameters = new LinkedHashMap<>();
        for (String name : draws.laws().get(0).parameters().keySet()) {
            parameters.put(name, interval(draws, one -> one.parameters().get(name)));
        }
        double span = Math.log(curve.largest() * farthest / curve.smallest());
        List<BandPoint> band = new ArrayList<>();
        for (int i = 0; i < BAND_POINTS; i++) {
            double examples = curve.smallest() * Math.exp(span * i / (BAND_POINTS - 1));
            band.add(new BandPoint(examples, interval(draws, one -> one.valueAt(examples))));
        }
        return new Intervals(level, draws.method(), parameters, List.copyOf(band));
    }

    private Interval interval(Draws draws, ToDoubleFunction<ScalingLaw> quantity) {
        return interval(draws.laws(), quantity);
    }

    /** Returns the interval of a number over drawn laws. */
    <T> Interval interval(List<T> drawn, ToDoubleFunction<T> quantity) {
        return Interval.ofDraws(drawn.stream().mapToDouble(quantity).toArray(), level);
    }
}
