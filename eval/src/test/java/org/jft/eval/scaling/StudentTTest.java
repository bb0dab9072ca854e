package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {
    /** Printed tables of Student's t. */
    @ParameterizedTest
    @CsvSource({
        "0.95, 1, 12.7062", "0.95, 2, 4.30265", "0.95, 3, 3.18245", "0.95, 4, 2.77645",
        "0.95, 5, 2.57058", "0.95, 10, 2.22814", "0.95, 30, 2.04227", "0.95, 120, 1.97993",
        "0.90, 1, 6.31375", "0.90, 7, 1.89458", "0.99, 2, 9.92484", "0.99, 9, 3.24984"
    })
    void shouldMatchTheTables(double level, int df, double t) {
        assertThat(StudentT.twoSided(level, df)).isCloseTo(t, within(6e-5));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.674490", "0.90, 1.644854", "0.95, 1.959964", "0.999, 3.290527"})
    void shouldMatchTheTablesOfTheNormalDistribution(double level, double z) {
        assertThat(StudentT.normalTwoSided(level)).isCloseTo(z, within(1e-6));
    }
}
