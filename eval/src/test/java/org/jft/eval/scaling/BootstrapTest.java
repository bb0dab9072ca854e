package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final LogLinear LINE = new LogLinear(-0.1, 0.12);
    private static final SaturatingPower POWER =
            new SaturatingPower(Response.SCORE, 0.2, 0.6 * Math.pow(1000, 0.3), 0.3);
    private static final int DRAWS = 200;

    private final Bootstrap bootstrap = new Bootstrap(200, 0.95, 7);

    @Test
    void shouldCoverTheTrueSlopeAndPredictionOfALine() {
        int slope = 0;
        int prediction = 0;
        for (long seed = 0; seed < DRAWS; seed++) {
            Curve curve = Curves.draw(LINE, Response.SCORE, 4, 3, 0.01, new Random(seed));
            FittedLaw fitted = bootstrap.fit(curve, CurveFitter.logLinear());
            slope += covers(fitted, "b", LINE.b());
            prediction += covers(fitted.predictions().get(1), LINE);
        }
        assertThat(slope).as("of %s draws", DRAWS).isGreaterThanOrEqualTo(180);
        assertThat(prediction).as("of %s draws", DRAWS).isGreaterThanOrEqualTo(180);
    }

    @Test
    void shouldCoverTheTrueSlopeWithOneRunPerSize() {
        int slope = 0;
        for (long seed = 0; seed < DRAWS; seed++) {
            Curve curve = Curves.draw(LINE, Response.SCORE, 6, 1, 0.01, new Random(seed));
            FittedLaw fitted = bootstrap.fit(curve, CurveFitter.logLinear());
            assertThat(fitted.intervals().orElseThrow().method()).contains("residuals");
            slope += covers(fitted, "b", LINE.b());
        }
        assertThat(slope).as("of %s draws", DRAWS).isGreaterThanOrEqualTo(180);
    }

    @Test
    void shouldCoverTheTrueFloorAndPredictionOfASaturatingLaw() {
        int floor = 0;
        int alpha = 0;
        int prediction = 0;
        for (long seed = 0; seed < DRAWS; seed++) {
            Curve curve = Curves.draw(POWER, Response.SCORE, 6, 3, 0.01, new Random(seed));
            FittedLaw fitted = bootstrap.fit(curve, CurveFitter.saturatingPower(Residuals.LINEAR));
            floor += covers(fitted, "e_inf", POWER.errorFloor());
            alpha += covers(fitted, "alpha", POWER.alpha());
            prediction += covers(fitted.predictions().get(1), POWER);
        }
        assertThat(floor).as("of %s draws", DRAWS).isGreaterThanOrEqualTo(180);
        assertThat(alpha).as("of %s draws", DRAWS).isGreaterThanOrEqualTo(180);
        assertThat(prediction).as("of %s draws", DRAWS).isGreaterThanOrEqualTo(180);
    }

    @Test
    void shouldPredictThreeTenAndAHundredTimesTheLargestSize() {
        Curve curve = Curves.draw(LINE, Response.SCORE, 4, 3, 0.001, new Random(1));
        List<Prediction> predictions = bootstrap.fit(curve, CurveFitter.logLinear()).predictions();
        assertThat(predictions).extracting(Prediction::factor).containsExactly(3.0, 10.0, 100.0);
        assertThat(predictions).extracting(Prediction::examples).containsExactly(3e6, 1e7, 1e8);
        assertThat(predictions.get(1).value()).isCloseTo(LINE.valueAt(1e7), within(0.005));
    }

    @Test
    void shouldDrawABandAroundTheLaw() {
        Curve curve = Curves.draw(LINE, Response.SCORE, 4, 3, 0.01, new Random(1));
        FittedLaw fitted = bootstrap.fit(curve, CurveFitter.logLinear());
        List<BandPoint> band = fitted.intervals().orElseThrow().band();
        assertThat(band.get(0).examples()).isCloseTo(1000, within(1e-6));
        assertThat(band.get(band.size() - 1).examples()).isCloseTo(1e7, within(1e-3));
        for (BandPoint at : band) {
            double value = fitted.fit().orElseThrow().law().valueAt(at.examples());
            assertThat(at.value().contains(value)).as("at %s", at).isTrue();
        }
    }

    @Test
    void shouldGiveEqualIntervalsForEqualSeeds() {
        Curve curve = Curves.draw(POWER, Response.SCORE, 5, 2, 0.01, new Random(1));
        CurveFitter fitter = CurveFitter.saturatingPower(Residuals.LOG);
        assertThat(bootstrap.fit(curve, fitter)).isEqualTo(bootstrap.fit(curve, fitter));
        assertThat(new Bootstrap(200, 0.95, 8).fit(curve, fitter))
                .isNotEqualTo(bootstrap.fit(curve, fitter));
    }

    @Test
    void shouldWidenWithTheLevel() {
        Curve curve = Curves.draw(LINE, Response.SCORE, 4, 3, 0.01, new Random(1));
        double last = 0;
        for (double level : new double[] {0.5, 0.8, 0.95, 0.99}) {
            Interval b =
                    new Bootstrap(500, level, 1)
                            .fit(curve, CurveFitter.logLinear())
                            .intervals()
                            .orElseThrow()
                            .parameters()
                            .get("b");
            assertThat(b.high() - b.low()).isGreaterThan(last);
            last = b.high() - b.low();
        }
    }

    @Test
    void shouldMatchTheClassicalIntervalOfASlope() {
        // Closed form for S sizes, m seeds, pooled variance within sizes: b +- t s / sqrt(Sxx).
        Curve curve = Curves.draw(LINE, Response.SCORE, 5, 4, 0.01, new Random(11));
        double within = 0;
        double xx = 0;
        for (List<CurvePoint> runs : curve.bySize()) {
            double mean = runs.stream().mapToDouble(CurvePoint::value).average().orElseThrow();
            within += runs.stream().mapToDouble(p -> Math.pow(p.value() - mean, 2)).sum();
            xx += runs.size() * Math.pow(Math.log10(runs.get(0).examples()) - 4.5, 2);
        }
        double half = StudentT.twoSided(0.95, 15) * Math.sqrt(within / 15 / xx);

        FittedLaw fitted = new Bootstrap(20_000, 0.95, 3).fit(curve, CurveFitter.logLinear());

        Interval b = fitted.intervals().orElseThrow().parameters().get("b");
        double slope = ((LogLinear) fitted.fit().orElseThrow().law()).b();
        // Sizes differ in their own spread, so the two agree to a few percent of the width.
        assertThat(b.low()).isCloseTo(slope - half, within(0.2 * half));
        assertThat(b.high()).isCloseTo(slope + half, within(0.2 * half));
    }

    @Test
    void shouldHaveNoWidthWhereSeedsAgree() {
        Curve curve = Curves.draw(LINE, Response.SCORE, 3, 2, 0, new Random(1));
        FittedLaw fitted = bootstrap.fit(curve, CurveFitter.logLinear());
        Interval b = fitted.intervals().orElseThrow().parameters().get("b");
        assertThat(b.high() - b.low()).isCloseTo(0, within(1e-12));
        assertThat(fitted.intervals().orElseThrow().method()).contains("within each size");
    }

    @Test
    void shouldGiveNoIntervalAndTheReasonWhereNothingCanBeResampled() {
        FittedLaw fitted =
                bootstrap.fit(
                        Curves.of(Response.SCORE, 100, 0.1, 1000, 0.3, 10_000, 0.4),
                        CurveFitter.logLinear());
        assertThat(fitted.fit()).isPresent();
        assertThat(fitted.intervals()).isEmpty();
        assertThat(fitted.predictions()).allMatch(p -> p.interval().isEmpty());
        assertThat(fitted.note())
                .startsWith("no interval: 3 runs for 2 parameters")
                .contains("at least two seeds");
    }

    @Test
    void shouldGiveIntervalsForAnExactFitWhenSeedsVary() {
        Curve curve = Curves.draw(POWER, Response.SCORE, 3, 3, 0.01, new Random(5));
        FittedLaw fitted = bootstrap.fit(curve, CurveFitter.saturatingPower(Residuals.LINEAR));
        assertThat(fitted.fit().orElseThrow().identified()).isFalse();
        assertThat(fitted.intervals()).isPresent();
        assertThat(fitted.note()).contains("3 sizes for 3 parameters");
    }

    @Test
    void shouldSayWhyThereIsNoFit() {
        FittedLaw fitted =
                bootstrap.fit(
                        Curves.of(Response.SCORE, 100, 0.1, 1000, 0.3),
                        CurveFitter.saturatingPower(Residuals.LINEAR));
        assertThat(fitted.law()).isEqualTo("saturating_power");
        assertThat(fitted.fit()).isEmpty();
        assertThat(fitted.intervals()).isEmpty();
        assertThat(fitted.predictions()).isEmpty();
        assertThat(fitted.note()).contains("the curve has 2");
    }

    @Test
    void shouldRefuseALevelThatIsNoProbability() {
        assertThatThrownBy(() -> new Bootstrap(10, 95, 0)).hasMessageContaining("level");
        assertThatThrownBy(() -> new Bootstrap(0, 0.95, 0)).hasMessageContaining("resamples");
    }

    private static int covers(FittedLaw fitted, String parameter, double truth) {
        return fitted.intervals().orElseThrow().parameters().get(parameter).contains(truth) ? 1 : 0;
    }

    private static int covers(Prediction prediction, ScalingLaw truth) {
        double value = truth.valueAt(prediction.examples());
        return prediction.interval().orElseThrow().contains(value) ? 1 : 0;
    }
}
