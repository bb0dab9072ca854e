package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.jft.cluster.membership.coordinator.FreePorts;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

/** What stands between rank 0 and a coordinator; that it starts one is seen with processes. */
class MasterCoordinatorTest {
    @Test
    void shouldTakeItThatAnEarlierRankZeroHasStartedOneWhereThePortIsInUse() throws IOException {
        int port = FreePorts.base("127.0.0.1", 1);
        try (DatagramSocket there = new DatagramSocket(new InetSocketAddress("127.0.0.1", port))) {
            assertThat(find("127.0.0.1", there.getLocalPort()).coordinators())
                    .containsExactly(HostAndPort.fromParts("127.0.0.1", port));
        }
    }

    @Test
    void shouldSayWhatElseIsInTheWay() {
        assertThatThrownBy(() -> find("192.0.2.1", 29500))
                .isInstanceOf(JftException.class)
                .hasMessageContaining(
                        "cannot start the coordinator at MASTER_ADDR:MASTER_PORT=192.0.2.1:29500")
                .hasMessageContaining("Cannot assign requested address");
        assertThatThrownBy(() -> find("127.0.0.1", 65_535))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("MASTER_ADDR:MASTER_PORT=127.0.0.1:65535")
                .hasMessageContaining("out of range");
        assertThatThrownBy(() -> find("no.such.host.invalid", 29500))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("MASTER_ADDR=no.such.host.invalid: no host has that name");
    }

    private static MemberEnvironment find(String host, int port) {
        Map<String, String> environment =
                Map.of(
                        "RANK",
                        "0",
                        "WORLD_SIZE",
                        "2",
                        "MASTER_ADDR",
                        host,
                        "MASTER_PORT",
                        String.valueOf(port));
        return MasterCoordinator.find(
                MemberEnvironment.read(environment),
                Duration.ofMillis(1_500),
                Duration.ofMillis(100));
    }
}
