package org.jft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubsetTest {
    @ParameterizedTest
    @CsvSource({
        "1000, 1000, 1k",
        "999, 999, 999",
        "250k, 250000, 250k",
        "30M, 30000000, 30M",
        "1.5m, 1500000, 1500k",
        "' 0.3 M', 300000, 300k",
        "12.5K, 12500, 12500",
    })
    void shouldReadACountAndWriteItShort(String text, long rows, String shortest) {
        Subset subset = Subset.parse(text);
        assertThat(subset).isEqualTo(new Subset.Count(rows)).hasToString(shortest);
        assertThat(Subset.parse(shortest)).isEqualTo(subset);
        assertThat(subset.expectedRows(5)).isEqualTo(rows);
    }

    @ParameterizedTest
    @CsvSource({"10%, 10%, 30", "0.10 %, 0.1%, 0.3", "100%, 100%, 300"})
    void shouldReadAShareAndKeepItsDecimals(String text, String shortest, double rowsOf300) {
        Subset subset = Subset.parse(text);
        assertThat(subset).isInstanceOf(Subset.Share.class).hasToString(shortest);
        assertThat(subset.expectedRows(300)).isEqualTo(rowsOf300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0",
                "1e3",
                "",
                "%",
                "M",
                "0.5",
                "0.0001k",
                "1.5",
                "ten",
                "99999999999999M"
            })
    void shouldRefuseWhatCouldMeanAnything(String text) {
        assertThatThrownBy(() -> Subset.parse(text))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "a subset is a percentage like 10% or a number of rows like 30M, 250k or"
                                + " 1000: '"
                                + text
                                + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-3", "0M"})
    void shouldRefuseACountWithoutRows(String text) {
        assertThatThrownBy(() -> Subset.parse(text)).hasMessageContaining("at least one row");
    }

    @Test
    void shouldRefuseAShareAboveAllRows() {
        assertThatThrownBy(() -> Subset.parse("101%")).hasMessageContaining("at most at 100%");
    }
}
