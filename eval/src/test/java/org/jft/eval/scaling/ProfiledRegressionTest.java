package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProfiledRegressionTest {
    /** So many parameters that quite different ones describe almost the same curve. */
    private static final Set<String> FLAT = Set.of(SigmoidalPower.NAME, ShiftedPower.NAME);

    static List<String> laws() {
        return CurveFitter.REGRESSIONS;
    }

    /** A law that falls from about 1 at 1,000 images to a few tenths of it at a million. */
    private static ScalingLaw randomLaw(String law, Random random) {
        double alpha = 0.15 + 0.4 * random.nextDouble();
        double drop = 0.4 + 0.4 * random.nextDouble();
        double floor = 0.05 + 0.2 * random.nextDouble();
        double beta = drop * Math.pow(1000, alpha);
        Response error = Response.ERROR;
        return switch (law) {
            case PowerLaw.NAME -> new PowerLaw(error, beta, alpha);
            case SaturatingPower.NAME -> new SaturatingPower(error, floor, beta, alpha);
            case OffsetPower.NAME ->
                    new OffsetPower(error, beta, 1e-5 * (1 + random.nextDouble()), alpha);
            case ShiftedPower.NAME ->
                    new ShiftedPower(error, floor, beta, alpha, 5000 * random.nextDouble());
            case SigmoidalPower.NAME ->
                    new SigmoidalPower(
                            error,
                            floor,
                            1.2 + random.nextDouble(),
                            Math.log(beta),
                            alpha,
                            0.5 + random.nextDouble());
            default -> throw new IllegalArgumentException(law);
        };
    }

    @ParameterizedTest
    @MethodSource("laws")
    void shouldRecoverRandomLawsWithoutNoise(String law) {
        for (long seed = 1; seed <= 25; seed++) {
            ScalingLaw truth = randomLaw(law, new Random(seed));
            Fit fit = CurveFitter.regression(law).fit(Curves.exact(truth, Response.ERROR, 9));
            double close = FLAT.contains(law) ? 0.02 : 1e-6; // 3e6 is beyond the curve
            for (double n : new double[] {1e3, 3e4, 1e6, 3e6}) {
                assertThat(fit.law().valueAt(n))
                        .as("%s at %s, seed %s", truth, n, seed)
                        .isCloseTo(truth.valueAt(n), Percentage.withPercentage(100 * close));
            }
            if (!FLAT.contains(law)) {
                truth.parameters()
                        .forEach(
                                (name, value) ->
                                        assertThat(fit.law().parameters().get(name))
                                                .as("%s of %s", name, truth)
                                                .isCloseTo(value, Percentage.withPercentage(0.1)));
            }
        }
    }

    /** The bounds are what a fine grid over the floor reaches, and some two percent. */
    @ParameterizedTest
    @CsvSource({"'6 Enc, 6 Dec', 0.046", "'28 Enc, 6 Dec', 0.062", "'6 Enc, 28 Dec', 0.064"})
    void shouldReachTheOptimumOfTheSaturatingLawOnPublishedCurves(String name, double most) {
        Fit fit = CurveFitter.regression(SaturatingPower.NAME).fit(NmtCurves.training(name));
        assertThat(fit.identified()).isTrue();
        assertThat(extrapolation(fit.law(), name)).isLessThanOrEqualTo(most);
    }

    @Test
    void shouldExtrapolateBetterWithMoreLawsToChooseFrom() {
        double saturating = 0;
        double sigmoidal = 0;
        double chosen = 0;
        List<CurveFitter> all =
                CurveFitter.REGRESSIONS.stream().map(CurveFitter::regression).toList();
        for (String name : NmtCurves.LOSS_DOUBLING_TO_512M.keySet()) {
            Curve curve = NmtCurves.training(name);
            CurveFitter best = LawChoice.among(all, curve).best().orElseThrow();
            saturating += extrapolation(SaturatingPower.NAME, name) / 3;
            sigmoidal += extrapolation(SigmoidalPower.NAME, name) / 3;
            chosen += extrapolation(best.law(), name) / 3;
        }
        assertThat(sigmoidal).isLessThan(saturating / 2);
        assertThat(chosen).isLessThan(saturating / 2);
    }

    private static double extrapolation(String law, String curve) {
        return extrapolation(
                CurveFitter.regression(law).fit(NmtCurves.training(curve)).law(), curve);
    }

    private static double extrapolation(ScalingLaw law, String curve) {
        return Extrapolation.logRmse(law, Response.ERROR, NmtCurves.heldOut(curve));
    }

    @Test
    void shouldChooseTheFloorOfLeastSquaresOfLogError() {
        Curve curve = NmtCurves.training("6 Enc, 6 Dec");
        double ours = squares(CurveFitter.regression(SaturatingPower.NAME).fit(curve).law(), curve);
        for (int i = 0; i < 10_000; i++) {
            double floor = 0.340278 * i / 10_000;
            assertThat(squares(lineThrough(curve, floor), curve))
                    .as("floor %s", floor)
                    .isGreaterThanOrEqualTo(ours - 1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("laws")
    void shouldSayThatTheErrorDoesNotFall(String law) {
        double[] rising = {10, 0.5, 100, 0.55, 1000, 0.6, 10_000, 0.7, 1e5, 0.71, 1e6, 0.72};
        Fit fit = CurveFitter.regression(law).fit(Curves.of(Response.ERROR, rising));
        assertThat(fit.identified()).isFalse();
        assertThat(fit.note()).contains("does not fall");
    }

    @Test
    void shouldSayThatAFloorIsNotDetermined() {
        double[] noisy = {1e3, 0.8, 2e3, 0.55, 4e3, 0.61, 8e3, 0.4, 16e3, 0.45};
        Fit fit =
                CurveFitter.regression(SaturatingPower.NAME).fit(Curves.of(Response.ERROR, noisy));
        assertThat(fit.identified()).isFalse();
        assertThat(fit.note()).contains("floor e_inf is not determined");
    }

    @ParameterizedTest
    @CsvSource({"power, 200, 200", "offset_power, 200, 200"})
    void shouldCoverTheTruthInNineOfTenDraws(String law, int draws, int resamples) {
        Bootstrap bootstrap = new Bootstrap(resamples, 0.95, 7);
        Map<String, Integer> covered = new TreeMap<>();
        ScalingLaw truth = randomLaw(law, new Random(11));
        for (long seed = 0; seed < draws; seed++) {
            Curve curve = noisy(truth, 7, 3, new Random(seed));
            FittedLaw fitted = bootstrap.fit(curve, CurveFitter.regression(law));
            truth.parameters()
                    .forEach(
                            (name, value) -> {
                                Interval interval =
                                        fitted.intervals().orElseThrow().parameters().get(name);
                                covered.merge(name, interval.contains(value) ? 1 : 0, Integer::sum);
                            });
            Prediction threefold = fitted.predictions().get(0);
            boolean inside =
                    threefold
                            .interval()
                            .orElseThrow()
                            .contains(truth.valueAt(threefold.examples()));
            covered.merge("prediction", inside ? 1 : 0, Integer::sum);
        }
        assertThat(covered.values())
                .as("%s of %s draws", covered, draws)
                .allSatisfy(count -> assertThat(count).isGreaterThanOrEqualTo(draws * 9 / 10));
    }

    /** Relative noise of two percent, as many seeds give a loss. */
    private static Curve noisy(ScalingLaw law, int sizes, int seeds, Random random) {
        List<CurvePoint> points = new ArrayList<>();
        for (int s = 0; s < sizes; s++) {
            double n = 1000 * Math.pow(4, s);
            for (int seed = 0; seed < seeds; seed++) {
                double noise = Math.exp(0.02 * random.nextGaussian());
                points.add(new CurvePoint(n, seed, law.valueAt(n) * noise));
            }
        }
        return new Curve(Response.ERROR, points);
    }

    @Test
    void shouldChooseNothingWhereNothingCanBeHeldOut() {
        Curve curve = Curves.of(Response.ERROR, 10, 0.9, 20, 0.7, 40, 0.6, 80, 0.5);
        LawChoice choice = LawChoice.among(List.of(CurveFitter.regression(PowerLaw.NAME)), curve);
        assertThat(choice.best()).isEmpty();
        assertThat(choice.scores()).isEmpty();
    }

    @Test
    void shouldSolveTheSigmoidalLawForItsError() {
        for (long seed = 1; seed <= 40; seed++) {
            SigmoidalPower law = (SigmoidalPower) randomLaw(SigmoidalPower.NAME, new Random(seed));
            DoubleStream.of(1, 1e3, 1e6, 1e12)
                    .forEach(
                            n -> {
                                double x = law.valueAt(n);
                                double left =
                                        Math.log(x - law.errorFloor())
                                                - law.kappa() * Math.log(law.errorCeiling() - x);
                                double right = law.logBeta() - law.alpha() * Math.log(n);
                                assertThat(left)
                                        .as("%s at %s", law, n)
                                        .isCloseTo(right, within(1e-6));
                            });
        }
    }

    private static SaturatingPower lineThrough(Curve curve, double floor) {
        double n = curve.points().size();
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        for (CurvePoint p : curve.points()) {
            double u = Math.log(p.examples());
            double v = Math.log(p.value() - floor);
            x += u;
            y += v;
            xx += u * u;
            xy += u * v;
        }
        double slope = (n * xy - x * y) / (n * xx - x * x);
        double beta = Math.exp((y - slope * x) / n);
        return new SaturatingPower(Response.ERROR, floor, beta, -slope);
    }

    private static double squares(ScalingLaw law, Curve curve) {
        return curve.points().stream()
                .mapToDouble(p -> Math.pow(Math.log(law.valueAt(p.examples()) / p.value()), 2))
                .sum();
    }
}
