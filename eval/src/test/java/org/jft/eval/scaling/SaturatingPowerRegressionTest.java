package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SaturatingPowerRegressionTest {
    private final CurveFitter fitter = CurveFitter.saturatingPowerRegression();

    @Test
    void shouldRecoverRandomLawsWithoutNoise() {
        for (long seed = 1; seed <= 60; seed++) {
            Random random = new Random(seed);
            SaturatingPower truth = SaturatingPowerFitterTest.randomLaw(random, Response.ERROR);
            Fit fit = fitter.fit(Curves.exact(truth, Response.ERROR, 4 + random.nextInt(5)));
            SaturatingPowerFitterTest.assertRecovered(
                    (SaturatingPower) fit.law(), truth, "seed " + seed);
        }
    }

    /** The bounds are what a fine grid over the floor reaches, and some two percent. */
    @Test
    void shouldExtrapolatePublishedCurves() {
        Map<String, Double> bound =
                Map.of("6 Enc, 6 Dec", 0.046, "28 Enc, 6 Dec", 0.062, "6 Enc, 28 Dec", 0.064);
        bound.forEach(
                (name, most) -> {
                    Fit fit = fitter.fit(NmtCurves.training(name));
                    assertThat(fit.identified()).as(name).isTrue();
                    assertThat(
                                    Extrapolation.logRmse(
                                            fit.law(), Response.ERROR, NmtCurves.heldOut(name)))
                            .as(name)
                            .isLessThanOrEqualTo(most);
                });
    }

    @Test
    void shouldChooseTheFloorOfLeastSquaresOfLogError() {
        Curve curve = NmtCurves.training("6 Enc, 6 Dec");
        double ours = squares((SaturatingPower) fitter.fit(curve).law(), curve);
        for (int i = 0; i < 10_000; i++) {
            double floor = 0.340278 * i / 10_000;
            assertThat(squares(lineThrough(curve, floor), curve))
                    .as("floor %s", floor)
                    .isGreaterThanOrEqualTo(ours - 1e-12);
        }
    }

    @Test
    void shouldSayThatTheErrorDoesNotFall() {
        Fit fit = fitter.fit(Curves.of(Response.ERROR, 10, 0.5, 100, 0.55, 1000, 0.6, 10_000, 0.7));
        assertThat(fit.identified()).isFalse();
        assertThat(fit.note()).contains("does not fall");
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

    private static double squares(SaturatingPower law, Curve curve) {
        return curve.points().stream()
                .mapToDouble(p -> Math.pow(Math.log(law.valueAt(p.examples()) / p.value()), 2))
                .sum();
    }
}
