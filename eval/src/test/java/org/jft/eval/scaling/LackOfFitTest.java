package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LackOfFitTest {
    @Test
    void shouldMatchTheArithmeticByHand() {
        // Means 2, 4, 9 at log10 n = 1, 2, 3: the line is -2 + 3.5 log10 n with misses 0.5, -1, 0.5
        // of 2 runs each, so 2 (0.25 + 1 + 0.25) = 3 over 1; runs 1 off their mean, 6 over 3.
        Curve curve =
                new Curve(
                        Response.ERROR,
                        List.of(
                                new CurvePoint(10, 0, 1),
                                new CurvePoint(10, 1, 3),
                                new CurvePoint(100, 0, 3),
                                new CurvePoint(100, 1, 5),
                                new CurvePoint(1000, 0, 8),
                                new CurvePoint(1000, 1, 10)));

        LackOfFit lack = CurveFitter.logLinear().fit(curve).lackOfFit().orElseThrow();

        assertThat(lack.f()).isCloseTo(1.5, within(1e-9));
        assertThat(lack.sizesToSpare()).isEqualTo(1);
        assertThat(lack.runsToSpare()).isEqualTo(3);
        // F(1, 3) is t squared: P(|T| > t) = 1 - 2/pi (x + sin x cos x), tan x = t / sqrt(3).
        double x = Math.atan(Math.sqrt(1.5 / 3));
        double expected = 1 - 2 / Math.PI * (x + Math.sin(x) * Math.cos(x));
        assertThat(lack.pValue()).isCloseTo(expected, within(1e-9));
        assertThat(lack.significant()).isFalse();
    }

    @Test
    void shouldRefuteATrueLawInOneCurveOfTwenty() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refuted = 0;
        int curves = 2000;
        for (int i = 0; i < curves; i++) {
            Curve curve = Curves.draw(new LogLinear(0.1, 0.1), Response.SCORE, 5, 3, 0.01, random);
            LackOfFit lack = CurveFitter.logLinear().fit(curve).lackOfFit().orElseThrow();
            refuted += lack.significant() ? 1 : 0;
        }

        // Five standard deviations of a binomial around 100.
        assertThat(refuted).as("seed %d", seed).isBetween(51, 149);
    }

    @Test
    void shouldSayThatACurveWhichBendsIsNoLine() {
        Curve curve =
                Curves.draw(
                        new SaturatingPower(Response.SCORE, 0.2, 5, 0.4),
                        Response.SCORE,
                        6,
                        3,
                        0.005,
                        new Random(1));

        Fit line = CurveFitter.logLinear().fit(curve);
        Fit saturating = CurveFitter.saturatingPower(Residuals.LINEAR).fit(curve);

        assertThat(line.lackOfFit().orElseThrow().pValue()).isLessThan(1e-6);
        assertThat(line.note()).contains("lack of fit F(4, 12)").contains("p < 0.001");
        assertThat(saturating.lackOfFit().orElseThrow().significant()).isFalse();
        assertThat(saturating.note()).doesNotContain("lack of fit");
    }

    @Test
    void shouldSayNothingWithoutRepeatedRunsOrASizeToSpareOrAnySpread() {
        Curve single = Curves.exact(new LogLinear(0.1, 0.1), Response.SCORE, 5);
        Curve noSizeToSpare =
                Curves.draw(new LogLinear(0.1, 0.1), Response.SCORE, 2, 3, 0.01, new Random(2));
        for (Curve curve : List.of(single, noSizeToSpare)) {
            assertThat(CurveFitter.logLinear().fit(curve).lackOfFit()).isEmpty();
        }
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) { // values whose sums round, too
            LogLinear law = new LogLinear(0.3 * random.nextDouble(), 0.1 * random.nextDouble());
            Curve noSpread = Curves.draw(law, Response.SCORE, 4, 3, 0, random);
            assertThat(CurveFitter.logLinear().fit(noSpread).lackOfFit()).isEmpty();
        }
    }
}
