package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "300, 300",
        "999, 999",
        "999.9, 1K",
        "1000, 1K",
        "1500, 1.5K",
        "12816, 12.8K",
        "999999, 1M",
        "1281167, 1.28M",
        "3e8, 300M",
        "2.56e9, 2.56B",
        "5e13, 50T",
        "5e16, 50000T"
    })
    void shouldCountLikePeople(double n, String text) {
        assertThat(Numbers.count(n)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1.23456, 1.235",
        "-0.2, \u22120.2",
        "123456, 123500",
        "0.00012345, 0.0001234",
        "1234567, 1.235e6",
        "0.0000123456, 1.235e\u22125",
        "NaN, n/a"
    })
    void shouldKeepFourDigits(double value, String text) {
        assertThat(Numbers.significant(value, 4)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "12.34, 12.3 s",
        "65, 1 min 05 s",
        "3599.6, 1 h 00 min",
        "12000, 3 h 20 min",
        "NaN, not known"
    })
    void shouldWriteDurations(double seconds, String text) {
        assertThat(Numbers.duration(seconds)).isEqualTo(text);
    }

    @Test
    void shouldNotDependOnTheLocaleNorWriteANegativeZero() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(Numbers.fixed(-1.5, 1)).isEqualTo("\u22121.5");
            assertThat(Numbers.fixed(-0.001, 1)).isEqualTo("0.0");
            assertThat(Numbers.grouped(1_281_167)).isEqualTo("1,281,167");
        } finally {
            Locale.setDefault(before);
        }
    }
}
