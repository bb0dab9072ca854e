package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SaturatingPowerFitterTest {
    @ParameterizedTest
    @EnumSource(Residuals.class)
    void shouldRecoverRandomLawsWithoutNoise(Residuals residuals) {
        for (long seed = 1; seed <= 60; seed++) {
            Random random = new Random(seed);
            Response response = Response.values()[random.nextInt(2)];
            SaturatingPower truth = randomLaw(random, response);
            Fit fit =
                    CurveFitter.saturatingPower(residuals)
                            .fit(Curves.exact(truth, response, 4 + random.nextInt(5)));
            assertRecovered((SaturatingPower) fit.law(), truth, "seed " + seed);
            assertThat(fit.identified()).as("seed %s", seed).isTrue();
            assertThat(fit.rmse()).as("seed %s", seed).isLessThan(1e-7);
        }
    }

    @ParameterizedTest
    @EnumSource(Residuals.class)
    void shouldNotBeBeatenByAFineGridOnNoisyCurves(Residuals residuals) {
        for (long seed = 1; seed <= 8; seed++) {
            Random random = new Random(seed);
            Curve curve =
                    Curves.draw(
                            randomLaw(random, Response.ERROR),
                            Response.ERROR,
                            4 + random.nextInt(4),
                            1 + random.nextInt(3),
                            0.01,
                            random);
            ScalingLaw law = CurveFitter.saturatingPower(residuals).fit(curve).law();
            double ours = squares(law, curve, residuals);
            double lowest =
                    curve.bySize().stream()
                            .mapToDouble(
                                    r ->
                                            r.stream()
                                                    .mapToDouble(CurvePoint::value)
                                                    .average()
                                                    .orElseThrow())
                            .min()
                            .orElseThrow();
            double grid = Double.POSITIVE_INFINITY;
            for (double alpha = 0.01; alpha < 3; alpha *= 1.06) {
                for (double floor = 0; floor <= lowest; floor += lowest / 40) {
                    for (double drop = 0.01; drop < 3; drop *= 1.1) {
                        double beta = drop * Math.pow(1000, alpha);
                        ScalingLaw other = new SaturatingPower(Response.ERROR, floor, beta, alpha);
                        grid = Math.min(grid, squares(other, curve, residuals));
                    }
                }
            }
            assertThat(ours).as("seed %s", seed).isLessThanOrEqualTo(grid * (1 + 1e-9));
        }
    }

    /** Oracle: scipy 1.17.1 least_squares of the same residuals from four starts. */
    @ParameterizedTest
    @CsvSource({
        "'6 Enc, 6 Dec', LOG, 0.297137, 0.470438, 0.0561",
        "'28 Enc, 6 Dec', LOG, 0.212210, 0.320824, 0.0636",
        "'6 Enc, 28 Dec', LOG, 0.218466, 0.371466, 0.0661",
        "'6 Enc, 6 Dec', LINEAR, 0.290673, 0.451293, 0.0655",
        "'28 Enc, 6 Dec', LINEAR, 0.185869, 0.288392, 0.0857",
        "'6 Enc, 28 Dec', LINEAR, 0.205627, 0.353339, 0.0822"
    })
    void shouldAgreeWithScipyOnPublishedCurves(
            String name, Residuals residuals, double floor, double alpha, double extrapolation) {
        Fit fit = CurveFitter.saturatingPower(residuals).fit(NmtCurves.training(name));
        SaturatingPower law = (SaturatingPower) fit.law();
        assertThat(law.errorFloor()).isCloseTo(floor, within(1e-4));
        assertThat(law.alpha()).isCloseTo(alpha, within(2e-4));
        assertThat(Extrapolation.logRmse(law, Response.ERROR, NmtCurves.heldOut(name)))
                .isCloseTo(extrapolation, within(1e-4));
    }

    @Test
    void shouldPassThroughThreeSizesAndSayThatNothingTestsThem() {
        SaturatingPower truth = new SaturatingPower(Response.SCORE, 0.2, 5, 0.3);
        Fit fit =
                CurveFitter.saturatingPower(Residuals.LINEAR)
                        .fit(Curves.exact(truth, Response.SCORE, 3));
        assertRecovered((SaturatingPower) fit.law(), truth, "three sizes");
        assertThat(fit.identified()).isFalse();
        assertThat(fit.note()).contains("3 sizes for 3 parameters");
    }

    @Test
    void shouldRefuseTwoSizesHoweverManySeeds() {
        Curve curve = Curves.draw(new LogLinear(0, 0.1), Response.SCORE, 2, 9, 0.01, new Random(1));
        assertThat(CurveFitter.saturatingPower(Residuals.LINEAR).obstacle(curve).orElseThrow())
                .isEqualTo("the law's 3 parameters need as many sizes; the curve has 2");
    }

    @Test
    void shouldRefuseTheLogarithmOfNoError() {
        Curve curve = Curves.of(Response.SCORE, 10, 0.5, 100, 0.9, 1000, 1, 10_000, 1);
        assertThat(CurveFitter.saturatingPower(Residuals.LOG).obstacle(curve).orElseThrow())
                .contains("no logarithm");
        assertThat(CurveFitter.saturatingPower(Residuals.LINEAR).obstacle(curve)).isEmpty();
        assertThat(CurveFitter.saturatingPower(Residuals.LINEAR).fit(curve).rmse())
                .isLessThan(0.05);
    }

    @ParameterizedTest
    @EnumSource(Residuals.class)
    void shouldSayThatTheErrorDoesNotFall(Residuals residuals) {
        for (Curve curve :
                List.of(
                        Curves.of(Response.SCORE, 10, 0.5, 100, 0.45, 1000, 0.4, 10_000, 0.3),
                        Curves.of(Response.SCORE, 10, 0.5, 100, 0.5, 1000, 0.5, 10_000, 0.5))) {
            Fit fit = CurveFitter.saturatingPower(residuals).fit(curve);
            assertThat(fit.identified()).isFalse();
            assertThat(fit.note()).contains("does not fall");
            assertThat(fit.law().valueAt(10)).isEqualTo(fit.law().valueAt(1e9));
        }
    }

    @Test
    void shouldSeeNoSaturationInAPurePowerLaw() {
        SaturatingPower truth = new SaturatingPower(Response.ERROR, 0, 6, 0.2);
        Fit fit =
                CurveFitter.saturatingPower(Residuals.LOG)
                        .fit(Curves.draw(truth, Response.ERROR, 6, 3, 0.002, new Random(3)));
        assertThat(fit.identified()).isTrue();
        assertThat(fit.note()).contains("no sign of saturation");
        assertThat(((SaturatingPower) fit.law()).alpha()).isCloseTo(0.2, within(0.03));
    }

    @Test
    void shouldSayThatNoiseHidesTheFloor() {
        Curve curve =
                Curves.of(
                        Response.ERROR,
                        1000,
                        0.50,
                        2000,
                        0.40,
                        4000,
                        0.46,
                        8000,
                        0.36,
                        16_000,
                        0.41,
                        32_000,
                        0.33);
        Fit fit = CurveFitter.saturatingPower(Residuals.LINEAR).fit(curve);
        assertThat(fit.identified()).isFalse();
        assertThat(fit.note()).contains("floor is not determined");
    }

    @Test
    void shouldKeepTheFloorBetweenZeroAndTheLowestError() {
        for (long seed = 1; seed <= 40; seed++) {
            Random random = new Random(seed);
            double[] points = new double[10];
            double lowest = 1;
            for (int i = 0; i < 5; i++) {
                points[2 * i] = Math.pow(10, i + 2);
                points[2 * i + 1] = random.nextDouble();
                lowest = Math.min(lowest, points[2 * i + 1]);
            }
            for (Residuals residuals : Residuals.values()) {
                SaturatingPower law =
                        (SaturatingPower)
                                CurveFitter.saturatingPower(residuals)
                                        .fit(Curves.of(Response.ERROR, points))
                                        .law();
                assertThat(law.errorFloor()).as("seed %s", seed).isBetween(0.0, lowest + 1e-12);
                assertThat(law.valueAt(1e4)).as("seed %s", seed).isFinite();
            }
        }
    }

    static SaturatingPower randomLaw(Random random, Response response) {
        double alpha = 0.1 + 0.6 * random.nextDouble();
        double drop = 0.2 + 0.4 * random.nextDouble(); // at 1,000 images
        double floor = 0.05 + 0.3 * random.nextDouble();
        return new SaturatingPower(response, floor, drop * Math.pow(1000, alpha), alpha);
    }

    static void assertRecovered(SaturatingPower found, SaturatingPower truth, String what) {
        Percentage close = Percentage.withPercentage(0.1);
        assertThat(found.errorFloor()).as(what).isCloseTo(truth.errorFloor(), close);
        assertThat(found.alpha()).as(what).isCloseTo(truth.alpha(), close);
        assertThat(found.beta()).as(what).isCloseTo(truth.beta(), close);
    }

    private static double squares(ScalingLaw law, Curve curve, Residuals residuals) {
        double sum = 0;
        for (CurvePoint p : curve.points()) {
            double measured = residuals.of(curve.response(), p.value());
            double predicted = residuals.of(curve.response(), law.valueAt(p.examples()));
            sum += Math.pow(measured - predicted, 2);
        }
        return sum;
    }
}
