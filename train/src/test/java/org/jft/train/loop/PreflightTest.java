package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jft.cluster.launch.LocalLauncher;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.transport.IpcSettings;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.cluster.transport.UdpSettings;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.config.ElasticConfig;
import org.junit.jupiter.api.Test;

/** How much shared memory a host needs, by who its first worker is. */
class PreflightTest {
    private static final long CONTROL = MediaDriverHost.CONTROL_BYTES;
    private static final Map<String, String> LAUNCHES = Map.of();
    private static final Map<String, String> JOINS =
            Map.of("RANK", "0", "WORLD_SIZE", "1", "JFT_COORDINATORS", "a:1");
    private static final Map<String, String> LAUNCHED =
            Map.of("RANK", "0", "WORLD_SIZE", "2", "JFT_AERON_DIR", "/dev/shm/driver");

    @Test
    void shouldCountWhatALauncherTakesForGradientsAndForItsCoordinator() {
        ClusterConfig stays = cluster(2, 2, Transport.AUTO);
        ClusterConfig changes = cluster(2, 3, Transport.AUTO);
        assertThat(needed(stays, LAUNCHES))
                .isEqualTo(IpcSettings.DEFAULT.bytesNeeded(LocalLauncher.streams(stays)));
        assertThat(needed(changes, LAUNCHES))
                .isEqualTo(
                        CONTROL + IpcSettings.DEFAULT.bytesNeeded(LocalLauncher.streams(changes)));
        assertThat(needed(changes, LAUNCHED)).as("its launcher has it").isZero();
    }

    /** Also the first of them, which has a world of its own to begin with. */
    @Test
    void shouldCountWhatAMemberTakesForItsPeersAndForItsWayToTheCoordinator() {
        assertThat(needed(cluster(1, 4, Transport.TCP), JOINS)).isEqualTo(CONTROL);
        assertThat(needed(cluster(1, 4, Transport.UDP), JOINS))
                .isGreaterThanOrEqualTo(CONTROL + UdpSettings.DEFAULT.bytesNeeded(1));
        assertThat(needed(cluster(1, 1, Transport.UDP), LAUNCHES)).as("alone").isZero();
    }

    @Test
    void shouldCountEachStreamOfAMember() {
        ClusterConfig one = cluster(1, 4, Transport.UDP);
        assertThat(needed(one.withStreams(3), JOINS) - CONTROL)
                .isEqualTo(3 * (needed(one, JOINS) - CONTROL));
    }

    private static long needed(ClusterConfig cluster, Map<String, String> environment) {
        int most = Math.max(cluster.workers(), cluster.maxWorkers());
        return Preflight.sharedMemory(cluster, MemberEnvironment.read(environment), most);
    }

    private static ClusterConfig cluster(int workers, int max, Transport over) {
        ElasticConfig elastic = new ElasticConfig(null, max, null, null, null);
        return new ClusterConfig(workers, null, 0, over, null, 0, null, false, elastic, null, null);
    }
}
