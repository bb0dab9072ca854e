package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Ranks;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ranks that find each other at MASTER_ADDR and MASTER_PORT, as between hosts. */
class MasterTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(2);

    private final int port = freePort();

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "UDP", "TCP"})
    void shouldJoinTheRanksOfAJobOverEachTransport(Transport transport) {
        Ranks.run(
                3,
                rank -> {
                    ClusterConfig config = config(transport, Wire.FLOAT32);
                    try (Collective ring = connect(rank, 3, config, TIMEOUT, "same", Map.of())) {
                        FloatBuffer vector = vector(100_003);
                        vector.put(100_002, rank + 0.5f);
                        ring.allReduce(vector);
                        assertThat(vector.get(100_002)).isEqualTo(4.5f);
                        assertThat(ring.allGather(rank)).containsExactly(0, 1, 2);
                        return null;
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "UDP", "TCP"})
    void shouldJoinTheRanksOverSeveralStreams(Transport transport) {
        Ranks.run(
                2,
                rank -> {
                    ClusterConfig config = config(transport, Wire.FLOAT32).withStreams(3);
                    try (Collective ring = connect(rank, 2, config, TIMEOUT, "same", Map.of())) {
                        FloatBuffer vector = vector(500_003);
                        vector.put(500_002, rank + 0.5f);
                        ring.allReduce(vector);
                        assertThat(vector.get(500_002)).isEqualTo(2);
                        assertThat(ring.allGather(rank)).containsExactly(0, 1);
                        return null;
                    }
                });
    }

    @Test
    void shouldNotJoinRanksWithDifferentNumbersOfStreams() {
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank -> {
                            ClusterConfig config =
                                    config(Transport.UDP, Wire.FLOAT32).withStreams(1 + rank);
                            return connect(rank, 2, config, TIMEOUT, "same", Map.of());
                        });
        for (Throwable failure : failures) {
            assertThat(failure)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("same, udp float32 streams 2");
        }
    }

    @Test
    void shouldSumBf16WhenAskedTo() {
        Ranks.run(
                2,
                rank -> {
                    ClusterConfig config = config(Transport.TCP, Wire.BF16);
                    try (Collective ring = connect(rank, 2, config, TIMEOUT, "same", Map.of())) {
                        FloatBuffer vector = vector(2);
                        vector.put(0, 257).put(1, 1);
                        ring.allReduce(vector);
                        assertThat(vector.get(0)).as("257 has 9 bits").isEqualTo(512);
                        assertThat(vector.get(1)).isEqualTo(2);
                        return null;
                    }
                });
    }

    @Test
    void shouldFindTheOthersAgainAtOnceAfterARunHasEnded() {
        for (int run = 0; run < 3; run++) {
            shouldSumBf16WhenAskedTo();
        }
    }

    @Test
    void shouldNameTheRankThatIsMissing() {
        List<Throwable> failures =
                Ranks.failures(3, rank -> rank == 1 ? null : connect(rank, 3, SHORT, "same"));
        for (int rank : new int[] {0, 2}) {
            assertThat(failures.get(rank))
                    .hasMessage(
                            "rank %d waited 2.0 s, but of 3 workers these did not come: 1"
                                    .formatted(rank));
        }
    }

    @Test
    void shouldSayWhereNobodyListened() {
        assertThatThrownBy(() -> connect(1, 2, SHORT, "same"))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("rank 1 waited 2.0 s for rank 0")
                .hasMessageContaining("127.0.0.1:%d: Connection refused".formatted(port));
    }

    @Test
    void shouldNotJoinRanksWithDifferentConfigurations() {
        List<Throwable> failures =
                Ranks.failures(2, rank -> connect(rank, 2, TIMEOUT, "config " + rank));
        for (Throwable failure : failures) {
            assertThat(failure)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("rank 0")
                    .hasMessageContaining("rank 1")
                    .hasMessageContaining("config 0")
                    .hasMessageContaining("config 1");
        }
    }

    @Test
    void shouldNotJoinRanksThatAreToTalkInDifferentWays() {
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank -> {
                            Wire wire = rank == 0 ? Wire.FLOAT32 : Wire.BF16;
                            ClusterConfig config = config(Transport.TCP, wire);
                            return connect(rank, 2, config, TIMEOUT, "same", Map.of());
                        });
        for (Throwable failure : failures) {
            assertThat(failure)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("same, tcp float32")
                    .hasMessageContaining("same, tcp bf16");
        }
    }

    @Test
    void shouldNotJoinARankWithAnotherSecret() {
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank ->
                                connect(
                                        rank,
                                        2,
                                        ClusterConfig.defaults(),
                                        SHORT,
                                        "same",
                                        Map.of("JFT_JOB_SECRET", "secret " + rank)));
        assertThat(failures.get(0)).hasMessageContaining("these did not come: 1");
        assertThat(failures.get(1))
                .hasMessageContaining("another JFT_JOB_SECRET")
                .hasMessageNotContaining("secret 1");
    }

    @Test
    void shouldSayThatThePortIsTaken() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<String, String> there = Map.of("MASTER_PORT", String.valueOf(other.getLocalPort()));
            assertThatThrownBy(() -> connect(0, 2, ClusterConfig.defaults(), SHORT, "same", there))
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("rank 0 cannot listen at")
                    .hasMessageContaining("another process has that port");
        }
    }

    @Test
    void shouldSayThatTheMasterIsAnotherHostOrNone() {
        assertThatThrownBy(
                        () ->
                                connect(
                                        0,
                                        2,
                                        ClusterConfig.defaults(),
                                        SHORT,
                                        "same",
                                        Map.of("MASTER_ADDR", "192.0.2.1")))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("rank 0 cannot listen at 192.0.2.1")
                .hasMessageContaining("not an address of this host");
        assertThatThrownBy(
                        () ->
                                connect(
                                        0,
                                        2,
                                        ClusterConfig.defaults(),
                                        SHORT,
                                        "same",
                                        Map.of("MASTER_ADDR", "no.such.host.invalid")))
                .isInstanceOf(JftException.class)
                .isNotInstanceOf(ConfigException.class) // which a cluster would not start again
                .hasMessageContaining("MASTER_ADDR=no.such.host.invalid: no host has that name");
    }

    @Test
    void shouldKeepTwoJobsOfOneHostApart() {
        MasterTest other = new MasterTest();
        List<Long> sums =
                Ranks.run(
                        4,
                        worker -> {
                            MasterTest job = worker < 2 ? this : other;
                            int rank = worker % 2;
                            try (Collective ring = job.connect(rank, 2, TIMEOUT, "same")) {
                                FloatBuffer vector = vector(1);
                                vector.put(0, 10 + worker);
                                ring.allReduce(vector);
                                return (long) vector.get(0);
                            }
                        });
        assertThat(sums).containsExactly(21L, 21L, 25L, 25L);
    }

    private Collective connect(int rank, int worldSize, Duration timeout, String fingerprint) {
        ClusterConfig config = config(Transport.TCP, Wire.FLOAT32);
        return connect(rank, worldSize, config, timeout, fingerprint, Map.of());
    }

    private Collective connect(
            int rank,
            int worldSize,
            ClusterConfig config,
            Duration timeout,
            String fingerprint,
            Map<String, String> more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("RANK", String.valueOf(rank));
        environment.put("WORLD_SIZE", String.valueOf(worldSize));
        environment.put("MASTER_ADDR", "127.0.0.1");
        environment.put("MASTER_PORT", String.valueOf(port));
        environment.putAll(more);
        return Collectives.connect(
                MemberEnvironment.read(environment), config, timeout, fingerprint);
    }

    private static ClusterConfig config(Transport transport, Wire wire) {
        return ClusterConfig.over(transport, wire);
    }

    private static FloatBuffer vector(int length) {
        return ByteBuffer.allocateDirect(length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
