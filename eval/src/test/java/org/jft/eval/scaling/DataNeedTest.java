package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DataNeedTest {
    private static final SaturatingPower LAW = new SaturatingPower(Response.SCORE, 0.2, 3, 0.3);
    private final Bootstrap bootstrap = new Bootstrap(300, 0.95, 1);

    @Test
    void shouldFindTheSizeThatTheLawGivesTheTargetAt() {
        Curve curve = Curves.of(Response.SCORE, 1000, 0.4, 10_000, 0.6);
        double examples = DataNeed.of(LAW, curve, 0.7);
        assertThat(LAW.valueAt(examples)).isCloseTo(0.7, within(1e-12));
        assertThat(examples).isCloseTo(Math.pow(30, 1 / 0.3), within(1e-6 * examples));
    }

    @Test
    void shouldSayThatALawNeverGetsThere() {
        Curve curve = Curves.of(Response.SCORE, 1000, 0.4, 10_000, 0.6);
        assertThat(DataNeed.of(LAW, curve, 0.8)).isInfinite();
        assertThat(DataNeed.of(new LogLinear(0.5, -0.1), curve, 0.7)).isInfinite();
    }

    @Test
    void shouldTakeALossForWhatItIs() {
        Curve curve = Curves.of(Response.ERROR, 1000, 0.6, 10_000, 0.4);
        PowerLaw law = new PowerLaw(Response.ERROR, 10, 0.5);
        assertThat(DataNeed.of(law, curve, 0.01)).isCloseTo(1e6, within(1e-3));
    }

    /** A size lies in the interval just when the interval of the score there holds the target. */
    @Test
    void shouldAgreeWithTheIntervalOfThePrediction() {
        LogLinear truth = new LogLinear(0.1, 0.1);
        int inside = 0;
        for (long seed = 0; seed < 40; seed++) {
            Curve curve = Curves.draw(truth, Response.SCORE, 4, 3, 0.03, new Random(seed));
            FittedLaw fitted =
                    bootstrap.fit(curve, CurveFitter.logLinear(), List.of(3.0), Optional.of(0.76));
            Interval sizes = fitted.need().orElseThrow().interval().orElseThrow();
            Interval scores = fitted.predictions().get(0).interval().orElseThrow();
            assertThat(sizes.contains(3e6)).as("seed %d", seed).isEqualTo(scores.contains(0.76));
            inside += sizes.contains(3e6) ? 1 : 0;
        }
        assertThat(inside).isBetween(1, 39); // both answers were met
    }
}
