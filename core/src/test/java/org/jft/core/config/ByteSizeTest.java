package org.jft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "4096, 4096",
        "4096 B, 4096",
        "100GB, 100000000000",
        "1.5KB, 1500",
        "8MiB, 8388608",
        "8 mib, 8388608",
        "0.5GiB, 536870912",
        "2TiB, 2199023255552",
        "3T, 3000000000000"
    })
    void shouldReadDecimalAndBinaryUnits(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
        assertThat(ByteSize.parse(ByteSize.parse(text).toString()).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GB", "1.5", "-1MB", "1e3", "8 M iB", "9999999999TB", "1PB"})
    void shouldRefuseWhatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "a size is a number of bytes like 100GB, 8MiB or 4096: '%s'"
                                .formatted(text));
    }

    @Test
    void shouldRefuseNothing() {
        assertThatThrownBy(() -> ByteSize.parse("0MB"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("a size is at least one byte: 0");
    }
}
