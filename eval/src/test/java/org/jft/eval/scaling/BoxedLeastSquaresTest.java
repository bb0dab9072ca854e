package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BoxedLeastSquaresTest {
    /** Rosenbrock's valley as residuals 10 (y - x^2) and 1 - x; its minimum is 0 at (1, 1). */
    private static final BoxedLeastSquares.Problem ROSENBROCK =
            (theta, r, j) -> {
                r[0] = 10 * (theta[1] - theta[0] * theta[0]);
                r[1] = 1 - theta[0];
                j[0][0] = -20 * theta[0];
                j[0][1] = 10;
                j[1][0] = -1;
                j[1][1] = 0;
            };

    @Test
    void shouldFollowACurvedValleyToItsEnd() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            double[] start = {4 * random.nextDouble() - 2, 4 * random.nextDouble() - 2};
            BoxedLeastSquares.Minimum found = solver(-5, 5).from(start);
            assertThat(found.theta()[0]).as("seed %s", seed).isCloseTo(1, within(1e-6));
            assertThat(found.theta()[1]).as("seed %s", seed).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void shouldStopAtABoundAndGoOnAlongIt() {
        BoxedLeastSquares.Minimum found = solver(-5, 0.5).from(new double[] {-1.2, 0.5});
        assertThat(found.theta()[0]).isEqualTo(0.5);
        assertThat(found.theta()[1]).isCloseTo(0.25, within(1e-9));
        assertThat(found.sumOfSquares()).isCloseTo(0.25, within(1e-9));
    }

    @Test
    void shouldPullAStartOutsideIntoTheBox() {
        BoxedLeastSquares.Minimum found = solver(2, 3).from(new double[] {-100, 100});
        assertThat(found.theta()[0]).isEqualTo(2);
        assertThat(found.theta()[1]).isCloseTo(3, within(1e-9)); // x^2 = 4 lies beyond
    }

    @Test
    void shouldStayWhereNothingCanBeGained() {
        BoxedLeastSquares.Minimum found = solver(-5, 5).from(new double[] {1, 1});
        assertThat(found.theta()).containsExactly(1, 1);
        assertThat(found.sumOfSquares()).isZero();
    }

    private static BoxedLeastSquares solver(double low, double high) {
        return new BoxedLeastSquares(
                ROSENBROCK, 2, new double[] {low, low}, new double[] {high, high});
    }
}
