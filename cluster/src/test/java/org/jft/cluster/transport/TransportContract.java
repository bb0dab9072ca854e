package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Transport} does. Both ends are polled by the test's thread. */
abstract class TransportContract {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private Transport zero;
    private Transport one;

    abstract Transport open(int rank);

    @BeforeEach
    void openBoth() {
        zero = open(0);
        one = open(1);
    }

    @AfterEach
    void closeBoth() {
        zero.close();
        one.close();
    }

    @Test
    void shouldDeliverFramesWholeAndInOrder() {
        Outbound out = zero.outbound(1, Lane.BULK);
        Inbound in = one.inbound(0, Lane.BULK);
        List<Long> received = new ArrayList<>();
        long sent = 0;
        while (received.size() < 5_000) {
            if (sent < 5_000 && send(out, 8 + 8 * (int) (sent % 50), sent)) {
                sent++;
            } else {
                in.poll(
                        (buffer, offset, length) -> {
                            assertThat(offset % 4).isZero();
                            assertThat(length).isEqualTo(8 + 8 * (received.size() % 50));
                            received.add(buffer.getLong(offset));
                        },
                        7);
            }
        }
        for (int i = 0; i < 5_000; i++) {
            assertThat(received.get(i)).isEqualTo(i);
        }
    }

    @Test
    void shouldJoinTwoRanksBothWaysAndOnBothLanes() {
        for (Lane lane : Lane.values()) {
            Outbound there = zero.outbound(1, lane);
            Outbound back = one.outbound(0, lane);
            Inbound atOne = one.inbound(0, lane);
            Inbound atZero = zero.inbound(1, lane);
            assertThat(there.peer()).isEqualTo(1);
            assertThat(atOne.peer()).isZero();
            await(() -> send(there, Lane.CONTROL_FRAME_LENGTH, 1 + lane.ordinal()));
            await(() -> send(back, Lane.CONTROL_FRAME_LENGTH, 11 + lane.ordinal()));
            assertThat(receive(atOne)).isEqualTo(1 + lane.ordinal());
            assertThat(receive(atZero)).isEqualTo(11 + lane.ordinal());
        }
    }

    @Test
    void shouldRefuseWhenFullAndGoOnWhenThereIsRoom() {
        Outbound out = zero.outbound(1, Lane.BULK);
        Inbound in = one.inbound(0, Lane.BULK);
        await(() -> send(out, out.maxFrameLength(), 0));
        int sent = 1;
        while (send(out, out.maxFrameLength(), sent)) {
            sent++;
            assertThat(sent).as("never full").isLessThan(10_000);
        }
        for (int i = 0; i < sent; i++) {
            out.flush();
            assertThat(receive(in)).isEqualTo(i);
        }
        int last = sent;
        await(out::flush);
        await(() -> send(out, out.maxFrameLength(), last));
        await(out::flush);
        assertThat(receive(in)).isEqualTo(last);
    }

    @Test
    void shouldRefuseAFrameThatIsTooLong() {
        Outbound out = zero.outbound(1, Lane.BULK);
        assertThatThrownBy(() -> send(out, out.maxFrameLength() + 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSendNothingWhenTheWriterThrows() {
        Outbound out = zero.outbound(1, Lane.BULK);
        Inbound in = one.inbound(0, Lane.BULK);
        await(out::connected);
        FrameWriter failing =
                (buffer, offset) -> {
                    throw new UnsupportedOperationException("writer");
                };
        assertThatThrownBy(() -> await(() -> out.offer(64, failing)))
                .isInstanceOf(UnsupportedOperationException.class);
        await(() -> send(out, 8, 5));
        assertThat(receive(in)).isEqualTo(5);
    }

    @Test
    void shouldThrowWhatAHandlerThrowsAndKeepTheFramesBehind() {
        Outbound out = zero.outbound(1, Lane.BULK);
        Inbound in = one.inbound(0, Lane.BULK);
        await(() -> send(out, 8, 1));
        await(() -> send(out, 8, 2));
        FrameHandler failing =
                (buffer, offset, length) -> {
                    throw new UnsupportedOperationException("handler");
                };
        assertThatThrownBy(() -> await(() -> in.poll(failing, 10) > 0))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(receive(in)).isEqualTo(2);
    }

    @Test
    void shouldHandOverNoMoreThanTheLimit() {
        Outbound out = zero.outbound(1, Lane.BULK);
        Inbound in = one.inbound(0, Lane.BULK);
        for (int i = 0; i < 10; i++) {
            int value = i;
            await(() -> send(out, 8, value));
        }
        List<Long> received = new ArrayList<>();
        while (received.size() < 10) {
            int frames =
                    in.poll((buffer, offset, length) -> received.add(buffer.getLong(offset)), 3);
            assertThat(frames).isBetween(0, 3);
        }
    }

    @Test
    void shouldKnowWhenThePeerComesAndGoesAndDeliverWhatItSentBefore() {
        Outbound out = zero.outbound(1, Lane.BULK);
        assertThat(out.connected()).isFalse();
        assertThat(send(out, 8, 1)).isFalse();
        Inbound in = one.inbound(0, Lane.BULK);
        await(() -> out.connected() && in.connected());
        await(() -> send(out, 8, 7));
        zero.close();
        zero.close();
        assertThat(in.connected()).isTrue();
        assertThat(receive(in)).isEqualTo(7);
        await(() -> !in.connected());
    }

    @Test
    void shouldKnowWhenTheReceiverIsGone() {
        Outbound out = zero.outbound(1, Lane.BULK);
        Inbound in = one.inbound(0, Lane.BULK);
        await(() -> out.connected() && in.connected());
        one.close();
        await(() -> !out.connected());
        assertThat(send(out, 8, 1)).isFalse();
    }

    static boolean send(Outbound out, int length, long value) {
        return out.offer(length, (buffer, offset) -> buffer.putLong(offset, value));
    }

    static long receive(Inbound in) {
        List<Long> received = new ArrayList<>();
        await(
                () ->
                        in.poll((buffer, offset, length) -> received.add(buffer.getLong(offset)), 1)
                                > 0);
        return received.get(0);
    }

    static void await(BooleanSupplier condition) {
        long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - startNs).isLessThan(DEADLINE.toNanos());
            Thread.yield();
        }
    }
}
