package org.jft.data.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleTest {
    private static byte[] message(boolean packed) {
        return Archives.example(
                Archives.bytesFeature("image", new byte[300]),
                Archives.textFeature("text", "apple", "", "größe"),
                Archives.intFeature("label", packed, 0, 1, 300, Long.MAX_VALUE, -1),
                Archives.floatFeature("confidence", packed, 0.5f, -2f, Float.MIN_VALUE),
                Archives.intFeature("none", packed));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadEveryKindOfFeature(boolean packed) throws Exception {
        byte[] message = message(packed);
        Example example = Example.parse(message);
        assertThat(example.names()).containsExactly("confidence", "image", "label", "none", "text");
        assertThat(example.bytes("image").get(0).length()).isEqualTo(300);
        assertThat(
                        example.bytes("text").stream()
                                .map(s -> new String(message, s.offset(), s.length())))
                .containsExactly("apple", "", "größe");
        assertThat(example.ints("label")).containsExactly(0, 1, 300, Long.MAX_VALUE, -1);
        assertThat(example.floats("confidence")).containsExactly(0.5f, -2f, Float.MIN_VALUE);
        assertThat(example.ints("none")).isEmpty();
        assertThat(example.ints("absent")).isEmpty();
        assertThat(example.floats("absent")).isEmpty();
        assertThat(example.bytes("absent")).isEmpty();
    }

    /** As protoc writes them: these bytes were written down from the format's description. */
    @Test
    void shouldReadAMessageWrittenByHand() throws Exception {
        byte[] message = {
            0x0a,
            0x0b, // features, 11 bytes
            0x0a,
            0x09, // an entry, 9 bytes
            0x0a,
            0x01,
            'n', // key
            0x12,
            0x04, // value, 4 bytes
            0x1a,
            0x02, // Int64List, 2 bytes
            0x08,
            0x2a // one value, not packed: 42
        };
        assertThat(Example.parse(message).ints("n")).containsExactly(42);
    }

    @Test
    void shouldSayWhenAFeatureHoldsSomethingElse() throws Exception {
        Example example = Example.parse(message(true));
        assertThatThrownBy(() -> example.ints("text"))
                .isInstanceOf(MalformedExampleException.class)
                .hasMessage("the feature text holds bytes, not integers");
        assertThatThrownBy(() -> example.bytes("label"))
                .hasMessage("the feature label holds integers, not bytes");
    }

    @Test
    void shouldRefuseOtherMessages() {
        assertThatThrownBy(() -> Example.parse("hello, world".getBytes()))
                .isInstanceOf(MalformedExampleException.class)
                .hasMessageStartingWith("no tf.train.Example: ");
        byte[] message = message(true);
        for (int length = 1; length < message.length; length++) {
            byte[] cut = Arrays.copyOf(message, length);
            assertThatThrownBy(() -> Example.parse(cut))
                    .as("length=%d", length)
                    .isInstanceOf(MalformedExampleException.class);
        }
    }

    @Test
    void shouldSurviveEveryMutation() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = message(round % 2 == 0);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Example.parse(bytes);
            } catch (MalformedExampleException e) {
                assertThat(e.getMessage()).as("seed=%d", seed).isNotBlank();
            }
        }
    }
}
