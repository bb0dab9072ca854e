package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExtrapolationTest {
    private static final LogLinear LINE = new LogLinear(0.1, 0.1);

    @Test
    void shouldMeasureTheDifferenceOfLogError() {
        // Predicted errors 0.5 and 0.4; measured 0.25 and 0.4.
        List<CurvePoint> heldOut =
                List.of(new CurvePoint(1e4, 0, 0.75), new CurvePoint(1e5, 0, 0.6));
        assertThat(Extrapolation.logRmse(LINE, Response.SCORE, heldOut))
                .isCloseTo(Math.log(2) / Math.sqrt(2), within(1e-12));
    }

    @Test
    void shouldBeInfiniteWhereALawLeavesItsRange() {
        List<CurvePoint> heldOut = List.of(new CurvePoint(1e10, 0, 0.9));
        assertThat(Extrapolation.logRmse(LINE, Response.SCORE, heldOut)).isInfinite();
    }

    @Test
    void shouldRefuseNoPoints() {
        assertThatThrownBy(() -> Extrapolation.logRmse(LINE, Response.SCORE, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
