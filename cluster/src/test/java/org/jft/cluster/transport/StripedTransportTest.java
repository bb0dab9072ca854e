package org.jft.cluster.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Three streams of 16 KB in place of each. */
class StripedTransportTest extends TransportContract {
    private final List<InMemoryNetwork> networks =
            Stream.generate(() -> new InMemoryNetwork(16 * 1024)).limit(3).toList();

    @Override
    Transport open(int rank) {
        return StripedTransport.over(parts(rank));
    }

    private List<Transport> parts(int rank) {
        return networks.stream().map(network -> network.transport(rank)).toList();
    }

    @Test
    void shouldSendOverItsStreamsInTurns() {
        List<Inbound> receivers =
                parts(3).stream().map(part -> part.inbound(2, Lane.BULK)).toList();
        try (Transport sender = open(2)) {
            Outbound out = sender.outbound(3, Lane.BULK);
            for (long value = 0; value < 8; value++) {
                assertThat(send(out, 8, value)).isTrue();
            }
        }
        assertThat(all(receivers.get(0))).containsExactly(0L, 3L, 6L);
        assertThat(all(receivers.get(1))).containsExactly(1L, 4L, 7L);
        assertThat(all(receivers.get(2))).containsExactly(2L, 5L);
    }

    @Test
    void shouldUseOneStreamForControl() {
        Inbound first = networks.get(0).transport(3).inbound(2, Lane.CONTROL);
        try (Transport sender = open(2)) {
            Outbound out = sender.outbound(3, Lane.CONTROL);
            assertThat(send(out, 8, 1) && send(out, 8, 2)).isTrue();
        }
        assertThat(all(first)).containsExactly(1L, 2L);
    }

    @Test
    void shouldSendNothingBeforeAllItsStreamsAreThere() {
        List<Transport> receiver = parts(3);
        Inbound first = receiver.get(0).inbound(2, Lane.BULK);
        Inbound third = receiver.get(2).inbound(2, Lane.BULK);
        Outbound out = open(2).outbound(3, Lane.BULK);
        assertThat(send(out, 8, 0)).isFalse();
        assertThat(out.connected()).isFalse();
        Inbound second = receiver.get(1).inbound(2, Lane.BULK);
        assertThat(out.connected()).isTrue();
        assertThat(send(out, 8, 0) && send(out, 8, 1) && send(out, 8, 2)).isTrue();
        assertThat(Stream.of(first, second, third).flatMap(in -> all(in).stream()))
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void shouldCountAsGoneWithOneStreamOfWhichMoreIsAwaited() {
        List<Transport> sender = parts(2);
        Outbound out = StripedTransport.over(sender).outbound(3, Lane.BULK);
        Inbound in = open(3).inbound(2, Lane.BULK);
        assertThat(send(out, 8, 0) && send(out, 8, 1)).isTrue();
        assertThat(in.connected()).isTrue();
        sender.get(1).close();
        assertThat(out.connected()).isFalse();
        assertThat(in.connected()).as("all that was sent may still be had").isTrue();
        assertThat(receive(in)).isZero();
        assertThat(in.connected()).isTrue();
        assertThat(receive(in)).isEqualTo(1);
        assertThat(send(out, 8, 2)).isTrue();
        assertThat(receive(in)).isEqualTo(2);
        assertThat(in.connected()).as("the next one is").isTrue();
        assertThat(send(out, 8, 3)).isTrue();
        assertThat(receive(in)).isEqualTo(3);
        assertThat(send(out, 8, 4)).isFalse();
        assertThat(in.connected()).isFalse();
    }

    @Test
    void shouldNotTakeAStreamThatIsYetToComeForOneThatIsGone() {
        List<Transport> sender = parts(2);
        Inbound in = open(3).inbound(2, Lane.BULK);
        assertThat(in.connected()).isFalse();
        assertThat(send(sender.get(0).outbound(3, Lane.BULK), 8, 0)).isTrue();
        assertThat(receive(in)).isZero();
        assertThat(in.connected()).isTrue();
        sender.get(0).close();
        assertThat(in.connected()).isFalse();
    }

    @Test
    void shouldCloseAllItsPartsAtTheSameTimeThoughSomeThrow() {
        IllegalStateException problem = new IllegalStateException("its driver is gone");
        CountDownLatch closing = new CountDownLatch(3);
        AtomicInteger closed = new AtomicInteger();
        Transport striped =
                StripedTransport.over(
                        List.of(
                                new Closing(closing, closed::incrementAndGet),
                                new Closing(
                                        closing,
                                        () -> {
                                            throw problem;
                                        }),
                                new Closing(closing, closed::incrementAndGet)));

        assertThatThrownBy(striped::close).isSameAs(problem);

        assertThat(closed).hasValue(2);
    }

    /** Closes when all others are about to. */
    private record Closing(CountDownLatch closing, Runnable last) implements Transport {
        @Override
        public Outbound outbound(int peer, Lane lane) {
            throw new AssertionError("it is only closed");
        }

        @Override
        public Inbound inbound(int peer, Lane lane) {
            throw new AssertionError("it is only closed");
        }

        @Override
        public void close() {
            closing.countDown();
            assertThat(Uninterruptibles.awaitUninterruptibly(closing, 10, SECONDS)).isTrue();
            last.run();
        }
    }

    private static List<Long> all(Inbound in) {
        List<Long> values = new ArrayList<>();
        while (in.poll((buffer, offset, length) -> values.add(buffer.getLong(offset)), 9) > 0) {
            // the rest
        }
        return values;
    }
}
