package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTest {
    @Test
    void shouldOrderPointsAndCountSizes() {
        Curve curve =
                new Curve(
                        Response.SCORE,
                        List.of(
                                new CurvePoint(300, 1, 0.3),
                                new CurvePoint(100, 0, 0.1),
                                new CurvePoint(300, 0, 0.2)));
        assertThat(curve.points()).extracting(CurvePoint::value).containsExactly(0.1, 0.2, 0.3);
        assertThat(curve.sizes()).isEqualTo(2);
        assertThat(curve.smallest()).isEqualTo(100);
        assertThat(curve.largest()).isEqualTo(300);
    }

    @Test
    void shouldRefusePointsThatCannotBe() {
        assertThatThrownBy(() -> new CurvePoint(0, 0, 0.5)).hasMessageContaining("positive");
        assertThatThrownBy(() -> new CurvePoint(-1, 0, 0.5)).hasMessageContaining("positive");
        assertThatThrownBy(() -> new CurvePoint(1, 0, Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Curve(Response.SCORE, List.of()))
                .hasMessageContaining("at least one point");
        assertThatThrownBy(() -> Curves.of(Response.SCORE, 10, 1.5))
                .hasMessageContaining("1.5")
                .hasMessageContaining("SCORE");
        assertThatThrownBy(() -> Curves.of(Response.ERROR, 10, -0.5)).hasMessageContaining("-0.5");
        assertThatThrownBy(() -> Curves.of(Response.SCORE, 10, 0.5, 10, 0.6))
                .hasMessageContaining("two points of one size and seed");
        assertThat(Curves.of(Response.ERROR, 10, 1.5).points()).hasSize(1);
    }
}
