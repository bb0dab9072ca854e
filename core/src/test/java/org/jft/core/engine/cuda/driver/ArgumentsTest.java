package org.jft.core.engine.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.jft.core.engine.cuda.driver.Arguments.Kind;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    private final Arguments all =
            new Arguments()
                    .address(0xabc0)
                    .int32(-2)
                    .int64(1L << 40)
                    .float32(-1.5f)
                    .float64(0.1)
                    .ints(7, -1, 3);

    @Test
    void shouldLieInMemoryAsCudaReadsThem() {
        assertThat(all.kinds())
                .containsExactly(
                        Kind.ADDRESS, Kind.INT, Kind.LONG, Kind.FLOAT, Kind.DOUBLE, Kind.INTS);
        assertThat(all.words(0)).containsExactly(0xabc0);
        assertThat(all.words(1)).containsExactly(0xfffffffeL);
        assertThat(all.words(2)).containsExactly(1L << 40);
        assertThat(all.words(3)).containsExactly(0xbfc00000L);
        assertThat(all.words(4)).containsExactly(0x3fb999999999999aL);
        assertThat(all.words(5)).containsExactly(0xffffffff_00000007L, 3);
    }

    @Test
    void shouldNameTheirValuesInMessages() {
        assertThat(all).hasToString("(0xabc0, -2, 1099511627776, -1.5, 0.1, {7 -1 3})");
    }
}
