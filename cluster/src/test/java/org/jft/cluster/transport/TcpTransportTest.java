package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.TcpHandshake.Route;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class TcpTransportTest extends TransportContract {
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final JobToken job = JobToken.of("tcp-" + System.nanoTime());
    private final Hosts hosts = new Hosts(2);

    @Override
    Transport open(int rank) {
        return hosts.tcp(rank, job);
    }

    @Test
    void shouldDeliverFramesOfRandomLengthsWithEveryByteInPlace() {
        long seed = System.nanoTime();
        Random lengths = new Random(seed);
        try (Pair pair = new Pair(job, job)) {
            Outbound out = pair.zero.outbound(1, Lane.BULK);
            Inbound in = pair.one.inbound(0, Lane.BULK);
            int[] received = {0};
            Random expected = new Random(seed);
            int length = lengths.nextInt(out.maxFrameLength() + 1);
            for (int sent = 0; received[0] < 500; ) {
                byte value = (byte) sent;
                int size = length;
                boolean more =
                        sent < 500
                                && out.offer(
                                        size, (buffer, at) -> buffer.setMemory(at, size, value));
                if (more) {
                    sent++;
                    length = lengths.nextInt(out.maxFrameLength() + 1);
                } else {
                    out.flush();
                    in.poll(
                            (buffer, at, size2) -> {
                                assertThat(size2)
                                        .as("seed %d", seed)
                                        .isEqualTo(expected.nextInt(out.maxFrameLength() + 1));
                                for (int i = 0; i < size2; i++) {
                                    if (buffer.getByte(at + i) != (byte) received[0]) {
                                        throw new AssertionError("seed " + seed + " byte " + i);
                                    }
                                }
                                received[0]++;
                            },
                            3);
                }
            }
        }
    }

    @Test
    void shouldDropWhatASenderLeftUnfinishedAndSeeThatItIsGone() throws IOException {
        try (Pair pair = new Pair(job, job)) {
            Inbound in = pair.one.inbound(0, Lane.BULK);
            try (Socket sender = handshaken(pair.one.address(), job)) {
                sender.getOutputStream().write(frame(8, 8));
                sender.getOutputStream().write(frame(100, 60));
                List<Integer> lengths = new ArrayList<>();
                await(() -> in.poll((buffer, at, length) -> lengths.add(length), 9) > 0);
                assertThat(in.connected()).isTrue();
                sender.close();
                await(() -> !in.connected());
                assertThat(in.poll((buffer, at, length) -> lengths.add(length), 9)).isZero();
                assertThat(lengths).containsExactly(8);
            }
        }
    }

    @Test
    void shouldNameTheRankWhoseStreamIsDamaged() throws IOException {
        for (int length :
                new int[] {-1, TcpTransport.maxFrameLength(Lane.BULK) + 1, Integer.MIN_VALUE}) {
            try (Pair pair = new Pair(job, job);
                    Socket sender = handshaken(pair.one.address(), job)) {
                Inbound in = pair.one.inbound(0, Lane.BULK);
                sender.getOutputStream().write(frame(length, 4));
                assertThatThrownBy(() -> await(() -> in.poll((buffer, at, size) -> {}, 1) > 0))
                        .isInstanceOf(JftException.class)
                        .hasMessageContaining("rank 1: the stream from rank 0 is damaged")
                        .hasMessageContaining(String.valueOf(length));
            }
        }
    }

    @Test
    void shouldNotLetInWhoDoesNotKnowTheSecret() {
        JobToken mine = JobToken.of("job", "secret");
        for (JobToken other :
                List.of(
                        JobToken.of("job", "guess"),
                        JobToken.of("job"),
                        JobToken.of("two", "secret"))) {
            try (Pair pair = new Pair(other, mine)) {
                Outbound out = pair.zero.outbound(1, Lane.BULK);
                Inbound in = pair.one.inbound(0, Lane.BULK);
                await(
                        () ->
                                out.connected()
                                        || out.trouble()
                                                .filter(why -> why.contains("JFT_JOB_SECRET"))
                                                .isPresent());
                assertThat(out.connected()).isFalse();
                assertThat(in.connected()).isFalse();
            }
        }
    }

    @Test
    void shouldLetNobodyWhoSaysNothingKeepOthersOut() throws IOException {
        try (Pair pair = new Pair(job, job);
                Socket silent = new Socket(ANY_PORT.getAddress(), pair.one.address().getPort())) {
            Outbound out = pair.zero.outbound(1, Lane.BULK);
            pair.one.inbound(0, Lane.BULK);
            await(out::connected);
            assertThat(silent.isConnected()).isTrue();
        }
    }

    @Test
    void shouldSayThatNobodyAnswers() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 1, ANY_PORT.getAddress())) {
            ConcurrentMap<Integer, InetSocketAddress> addresses = new ConcurrentHashMap<>();
            addresses.put(1, (InetSocketAddress) mute.getLocalSocketAddress());
            try (TcpTransport zero = TcpTransport.listen(0, job, ANY_PORT, addresses)) {
                Outbound out = zero.outbound(1, Lane.BULK);
                assertThat(out.connected()).isFalse();
                assertThat(out.trouble().orElseThrow())
                        .endsWith(":%d: no answer".formatted(mute.getLocalPort()));
            }
        }
    }

    @Test
    void shouldAnswerARankItOnlyHearsFrom() {
        ConcurrentMap<Integer, InetSocketAddress> known = new ConcurrentHashMap<>();
        try (TcpTransport zero = TcpTransport.listen(0, job, ANY_PORT, new ConcurrentHashMap<>())) {
            known.put(0, zero.address());
            try (TcpTransport one = TcpTransport.listen(1, job, ANY_PORT, known)) {
                Outbound there = one.outbound(0, Lane.CONTROL);
                Inbound atZero = zero.inbound(1, Lane.CONTROL);
                Outbound back = zero.outbound(1, Lane.CONTROL);
                Inbound atOne = one.inbound(0, Lane.CONTROL);
                await(() -> there.connected() && atZero.connected());
                await(() -> back.connected() && atOne.connected());
            }
        }
    }

    @Test
    void shouldSayWhyItCannotListen() throws IOException {
        try (Pair pair = new Pair(job, job)) {
            InetSocketAddress taken = pair.one.address();
            assertThatThrownBy(() -> TcpTransport.listen(0, job, taken, new ConcurrentHashMap<>()))
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("rank 0 cannot listen at ")
                    .hasMessageContaining(":%d: another process has".formatted(taken.getPort()));
        }
        InetSocketAddress elsewhere = new InetSocketAddress("192.0.2.1", 0); // for documentation
        assertThatThrownBy(() -> TcpTransport.listen(0, job, elsewhere, new ConcurrentHashMap<>()))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("rank 0 cannot listen at 192.0.2.1:0")
                .hasMessageContaining("not an address of this host");
    }

    @Test
    void shouldWaitForAllTogetherWhoDoNotTakeWhatWasSent() {
        ConcurrentMap<Integer, InetSocketAddress> addresses = new ConcurrentHashMap<>();
        List<TcpTransport> frozen = new ArrayList<>();
        TcpTransport zero = TcpTransport.listen(0, job, ANY_PORT, addresses);
        for (int rank = 1; rank <= 4; rank++) {
            TcpTransport peer = TcpTransport.listen(rank, job, ANY_PORT, addresses);
            frozen.add(peer);
            addresses.put(rank, peer.address());
            peer.inbound(0, Lane.BULK);
            Outbound out = zero.outbound(rank, Lane.BULK);
            await(out::connected);
            while (send(out, out.maxFrameLength(), 0)) {
                // until the kernel takes no more
            }
            assertThat(out.flush()).isFalse();
        }
        long startNs = System.nanoTime();
        zero.close();
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(3));
        frozen.forEach(TcpTransport::close);
    }

    /** Two ranks; rank 1 is known to rank 0. */
    private static final class Pair implements AutoCloseable {
        final ConcurrentMap<Integer, InetSocketAddress> addresses = new ConcurrentHashMap<>();
        final TcpTransport zero;
        final TcpTransport one;

        Pair(JobToken ofZero, JobToken ofOne) {
            one = TcpTransport.listen(1, ofOne, ANY_PORT, addresses);
            addresses.put(1, one.address());
            zero = TcpTransport.listen(0, ofZero, ANY_PORT, addresses);
        }

        @Override
        public void close() {
            zero.close();
            one.close();
        }
    }

    /** Returns a connection of a rank 0 whose bytes the test writes itself. */
    private static Socket handshaken(InetSocketAddress address, JobToken job) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        byte[] challenge = socket.getInputStream().readNBytes(TcpHandshake.CHALLENGE_LENGTH);
        socket.getOutputStream()
                .write(TcpHandshake.hello(job, challenge, new Route(0, 1, Lane.BULK, 0), 7));
        return socket;
    }

    private static byte[] frame(int announced, int written) {
        return ByteBuffer.allocate(Integer.BYTES + written)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(announced)
                .array();
    }
}
