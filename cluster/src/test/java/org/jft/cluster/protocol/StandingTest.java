package org.jft.cluster.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;

class StandingTest {
    private final Standing standing =
            new Standing(
                    "worker 2",
                    "n\u00f6de 7",
                    5_000_000_000L,
                    "0f3a",
                    new Endpoint("10.1.2.3", 1, List.of(2, 4), 3),
                    1L << 40);

    @Test
    void shouldReadWhatItWroteInTheLengthItSays() {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        buffer.setMemory(0, 512, (byte) -1);
        int length = standing.encodedLength();

        standing.encode(buffer, 11);

        assertThat(Standing.decode(buffer, 11)).isEqualTo(standing);
        assertThat(buffer.getByte(10)).isEqualTo((byte) -1);
        assertThat(buffer.getByte(11 + length - 1)).isEqualTo((byte) '3');
        assertThat(buffer.getByte(11 + length)).isEqualTo((byte) -1);
    }

    @Test
    void shouldRefuseAnAbsurdName() {
        String name = "x".repeat(Announcement.MAX_TEXT_LENGTH + 1);

        assertThatThrownBy(() -> new Standing(name, "h", 1, "f", Endpoint.NONE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }
}
