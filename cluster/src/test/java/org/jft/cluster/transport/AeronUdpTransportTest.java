package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class AeronUdpTransportTest extends TransportContract {
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final JobToken job = JobToken.of("udp-" + System.nanoTime());
    private final Hosts hosts = new Hosts(2);

    @Override
    Transport open(int rank) {
        return hosts.udp(rank, job);
    }

    @Test
    void shouldKeepJobsThatMeetAtOnePortApart() {
        List<String> warnings = new ArrayList<>();
        try (AeronUdpTransport mine = listen(0, job, warnings);
                AeronUdpTransport other = listen(1, JobToken.of("other"), warnings)) {
            mine.locate(Map.of(1, other.address()), UdpSettings.MIN_MTU);
            other.locate(Map.of(0, mine.address()), UdpSettings.MIN_MTU);
            Inbound in = other.inbound(0, Lane.BULK);
            Outbound out = mine.outbound(1, Lane.BULK);
            long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < Duration.ofMillis(500).toNanos()) {
                assertThat(out.connected() || in.connected()).isFalse();
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldSayWhichPortIsTaken() {
        List<String> warnings = new ArrayList<>();
        try (AeronUdpTransport first = listen(0, job, warnings)) {
            assertThatThrownBy(
                            () ->
                                    AeronUdpTransport.open(
                                            1,
                                            job,
                                            first.address(),
                                            UdpSettings.DEFAULT,
                                            2,
                                            warnings::add))
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("rank 1 cannot receive over UDP at ")
                    .hasMessageContaining(":" + first.address().getPort());
        }
    }

    @Test
    void shouldWarnWhenTheHostLimitsSocketBuffersAndRunWithSmallerOnes() {
        List<String> warnings = new ArrayList<>();
        UdpSettings greedy = new UdpSettings(8 << 20, 2 << 20, 1 << 30, Duration.ofSeconds(2));
        AeronUdpTransport.open(3, job, ANY_PORT, greedy, 2, warnings::add).close();
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0))
                .contains("rank 3: this host limits UDP socket buffers to")
                .contains("net.core.rmem_max")
                .contains(String.valueOf(1 << 30));
        UdpSettings limited = greedy.limitedTo(1 << 20);
        assertThat(limited.window()).isEqualTo(1 << 20);
        assertThat(limited.socketBuffer()).isEqualTo(1 << 20);
    }

    @Test
    void shouldFitDatagramsToTheNetwork() {
        assertThat(UdpSettings.mtuOf(1500)).isEqualTo(1472);
        assertThat(UdpSettings.mtuOf(9000)).isEqualTo(8960);
        assertThat(UdpSettings.mtuOf(65_536)).isEqualTo(65_504);
        assertThat(UdpSettings.mtuOf(1280)).isEqualTo(1408);
    }

    private static AeronUdpTransport listen(int rank, JobToken job, List<String> warnings) {
        return AeronUdpTransport.open(rank, job, ANY_PORT, UdpSettings.DEFAULT, 2, warnings::add);
    }
}
