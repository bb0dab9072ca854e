package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogLinearFitterTest {
    private final CurveFitter fitter = CurveFitter.logLinear();

    @Test
    void shouldRecoverALawWithoutNoise() {
        Fit fit = fitter.fit(Curves.exact(new LogLinear(-0.1, 0.12), Response.SCORE, 4));
        LogLinear law = (LogLinear) fit.law();
        assertThat(law.a()).isCloseTo(-0.1, within(1e-12));
        assertThat(law.b()).isCloseTo(0.12, within(1e-12));
        assertThat(fit.identified()).isTrue();
        assertThat(fit.note()).isEmpty();
        assertThat(fit.r2()).isCloseTo(1, within(1e-12));
        assertThat(fit.rmse()).isCloseTo(0, within(1e-12));
    }

    @Test
    void shouldMatchAHandComputedRegression() {
        // Points (2, 0.1), (3, 0.4), (4, 0.4): slope 0.15, intercept -0.15,
        // residuals -0.05, 0.1, -0.05: squares 0.015 of a total of 0.06.
        Fit fit = fitter.fit(Curves.of(Response.SCORE, 100, 0.1, 1000, 0.4, 10_000, 0.4));
        LogLinear law = (LogLinear) fit.law();
        assertThat(law.b()).isCloseTo(0.15, within(1e-12));
        assertThat(law.a()).isCloseTo(-0.15, within(1e-12));
        assertThat(fit.residuals().get(1)).isCloseTo(0.1, within(1e-12));
        assertThat(fit.rmse()).isCloseTo(Math.sqrt(0.015 / 3), within(1e-12));
        assertThat(fit.r2()).isCloseTo(0.75, within(1e-12));
    }

    @Test
    void shouldAgreeWithTheNormalEquationsOnRandomCurves() {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            Curve curve =
                    Curves.draw(
                            new LogLinear(0.2, 0.05),
                            Response.SCORE,
                            2 + random.nextInt(6),
                            1 + random.nextInt(4),
                            0.02,
                            random);
            double n = curve.points().size();
            double x = 0;
            double y = 0;
            double xx = 0;
            double xy = 0;
            for (CurvePoint p : curve.points()) {
                double log = Math.log10(p.examples());
                x += log;
                y += p.value();
                xx += log * log;
                xy += log * p.value();
            }
            double b = (n * xy - x * y) / (n * xx - x * x);
            LogLinear law = (LogLinear) fitter.fit(curve).law();
            assertThat(law.b()).as("seed %s", seed).isCloseTo(b, within(1e-10));
            assertThat(law.a()).as("seed %s", seed).isCloseTo((y - b * x) / n, within(1e-9));
        }
    }

    @Test
    void shouldSayThatTwoSizesLeaveNothingToTestWith() {
        Fit fit = fitter.fit(Curves.of(Response.SCORE, 100, 0.1, 1000, 0.3));
        assertThat(((LogLinear) fit.law()).b()).isCloseTo(0.2, within(1e-12));
        assertThat(fit.identified()).isFalse();
        assertThat(fit.note()).contains("2 sizes for 2 parameters");
    }

    @Test
    void shouldRefuseOneSize() {
        Curve curve = Curves.of(Response.SCORE, 100, 0.1);
        assertThat(fitter.obstacle(curve).orElseThrow()).contains("need as many sizes");
        assertThatThrownBy(() -> fitter.fit(curve)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldGiveNoShareOfAVarianceThatIsZero() {
        Fit fit = fitter.fit(Curves.of(Response.SCORE, 10, 0.5, 100, 0.5, 1000, 0.5));
        assertThat(fit.r2()).isNaN();
        assertThat(fit.rmse()).isZero();
    }
}
