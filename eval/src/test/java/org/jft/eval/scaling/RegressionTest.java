package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RegressionTest {
    @Test
    void shouldFindTheCoefficientsOfAnExactPlane() {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            double[] weights = random.doubles(9, 0.5, 4).toArray();
            double[] u = random.doubles(9, -3, 3).toArray();
            double[] v = random.doubles(9, 100, 101).toArray();
            double[] y = new double[9];
            for (int s = 0; s < y.length; s++) {
                y[s] = 7 - 2 * u[s] + 0.5 * v[s];
            }
            Regression plane = Regression.of(weights, y, u, v);
            assertThat(plane.slope(0)).as("seed %s", seed).isCloseTo(-2, within(1e-8));
            assertThat(plane.slope(1)).as("seed %s", seed).isCloseTo(0.5, within(1e-8));
            assertThat(plane.intercept()).as("seed %s", seed).isCloseTo(7, within(1e-6));
        }
    }

    @Test
    void shouldLeaveResidualsThatNoColumnExplains() {
        Random random = new Random(3);
        double[] weights = random.doubles(12, 0.5, 4).toArray();
        double[] u = random.doubles(12).toArray();
        double[] v = random.doubles(12).toArray();
        double[] y = random.doubles(12).toArray();
        Regression plane = Regression.of(weights, y, u, v);
        double[] against = new double[3];
        for (int s = 0; s < y.length; s++) {
            double rest = y[s] - plane.intercept() - plane.slope(0) * u[s] - plane.slope(1) * v[s];
            against[0] += weights[s] * rest;
            against[1] += weights[s] * rest * u[s];
            against[2] += weights[s] * rest * v[s];
        }
        assertThat(against).containsExactly(new double[3], within(1e-12));
    }

    @Test
    void shouldGiveAColumnThatRepeatsAnotherNoSlope() {
        double[] u = {1, 2, 4, 8};
        double[] twice = {2, 4, 8, 16};
        Regression plane =
                Regression.of(new double[] {1, 1, 1, 1}, new double[] {3, 5, 9, 17}, u, twice);
        assertThat(plane.slope(0)).isCloseTo(2, within(1e-12));
        assertThat(plane.slope(1)).isZero();
    }
}
