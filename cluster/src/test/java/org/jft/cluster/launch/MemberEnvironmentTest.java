package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.failure.ConfigException;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class MemberEnvironmentTest {
    @Test
    void shouldBeTheOnlyWorkerWhenNothingIsSet() {
        MemberEnvironment member = read();
        assertThat(member.topology()).isEqualTo(Topology.SOLO);
        assertThat(member.localRank()).isZero();
        assertThat(member.job()).isEmpty();
        assertThat(member.aeronDirectory()).isEmpty();
        assertThat(member.launcherPid()).isEmpty();
        assertThat(read("JFT_RANK", "", "RANK", "").topology()).isEqualTo(Topology.SOLO);
        assertThat(read("JFT_WORLD_SIZE", "1").topology()).isEqualTo(Topology.SOLO);
    }

    @Test
    void shouldReadOurOwnVariables() {
        MemberEnvironment member =
                read(
                        "JFT_RANK", "2",
                        "JFT_WORLD_SIZE", "4",
                        "JFT_LOCAL_RANK", "1",
                        "JFT_JOB", "job-7",
                        "JFT_AERON_DIR", "/dev/shm/x",
                        "JFT_LAUNCHER_PID", "4711");
        assertThat(member.topology()).isEqualTo(new Topology(2, 4));
        assertThat(member.localRank()).isEqualTo(1);
        assertThat(member.job()).contains("job-7");
        assertThat(member.aeronDirectory()).contains(Path.of("/dev/shm/x"));
        assertThat(member.launcherPid()).hasValue(4711);
    }

    @Test
    void shouldFallBackToTorchrunThenSlurmThenKubernetes() {
        assertThat(
                        read("RANK", "1", "WORLD_SIZE", "2", "LOCAL_RANK", "0", "SLURM_PROCID", "5")
                                .topology())
                .isEqualTo(new Topology(1, 2));
        MemberEnvironment slurm =
                read(
                        "SLURM_PROCID", "5",
                        "SLURM_NTASKS", "8",
                        "SLURM_LOCALID", "3",
                        "SLURM_JOB_ID", "99",
                        "JOB_COMPLETION_INDEX", "0");
        assertThat(slurm.topology()).isEqualTo(new Topology(5, 8));
        assertThat(slurm.localRank()).isEqualTo(3);
        assertThat(slurm.job()).contains("99");
        MemberEnvironment pod = read("JOB_COMPLETION_INDEX", "6", "JFT_WORLD_SIZE", "7");
        assertThat(pod.topology()).isEqualTo(new Topology(6, 7));
        assertThat(pod.localRank()).as("a pod is a host of its own").isZero();
        assertThat(
                        read(
                                        "JFT_RANK", "0",
                                        "JFT_WORLD_SIZE", "2",
                                        "RANK", "7",
                                        "WORLD_SIZE", "9")
                                .topology())
                .isEqualTo(new Topology(0, 2));
    }

    @Test
    void shouldReadWhereTheRanksOfSeveralHostsMeetAndKeepTheSecretToItself() {
        MemberEnvironment member =
                read(
                        "RANK", "1",
                        "WORLD_SIZE", "2",
                        "MASTER_ADDR", "node0.cluster",
                        "MASTER_PORT", "29500",
                        "JFT_JOB_SECRET", "hush");
        assertThat(member.master().orElseThrow().getHostString()).isEqualTo("node0.cluster");
        assertThat(member.master().orElseThrow().getPort()).isEqualTo(29500);
        assertThat(member.secret()).contains("hush");
        assertThat(member.toString()).doesNotContain("hush");
        assertRefused("of MASTER_ADDR and MASTER_PORT only one is set", "MASTER_PORT", "29500");
        assertRefused(
                "MASTER_PORT=0 is not a number from 1 to 65535",
                "MASTER_ADDR",
                "node0",
                "MASTER_PORT",
                "0");
    }

    @Test
    void shouldReadWhereTheCoordinatorsAre() {
        assertThat(read().coordinators()).isEmpty();
        assertThat(read("JFT_COORDINATORS", "a:1, [::1]:2,c.d:3").coordinators())
                .containsExactly(
                        HostAndPort.fromParts("a", 1),
                        HostAndPort.fromParts("::1", 2),
                        HostAndPort.fromParts("c.d", 3));
        for (String wrong : List.of("a", "a:1,b", ":1", "a:x")) {
            assertRefused(
                    "JFT_COORDINATORS="
                            + wrong
                            + " is not host:port, or several with commas between",
                    "JFT_COORDINATORS",
                    wrong);
        }
    }

    @Test
    void shouldNameTheVariableThatDoesNotFit() {
        assertRefused("JFT_RANK is set but JFT_WORLD_SIZE is not", "JFT_RANK", "0");
        assertRefused("RANK is set but WORLD_SIZE is not", "RANK", "0", "JFT_WORLD_SIZE", "2");
        assertRefused(
                "JFT_WORLD_SIZE is set but neither JFT_RANK nor JOB_COMPLETION_INDEX is",
                "JFT_WORLD_SIZE",
                "2");
        assertRefused("RANK=x is not a number from 0 to 1", "RANK", "x", "WORLD_SIZE", "2");
        assertRefused("RANK=2 is not a number from 0 to 1", "RANK", "2", "WORLD_SIZE", "2");
        assertRefused(
                "SLURM_NTASKS=0 is not a number from 1 to",
                "SLURM_PROCID",
                "0",
                "SLURM_NTASKS",
                "0");
        assertRefused("JFT_LAUNCHER_PID=-1 is not a number", "JFT_LAUNCHER_PID", "-1");
        assertRefused("LOCAL_RANK=1.5 is not a number", "LOCAL_RANK", "1.5");
    }

    private static void assertRefused(String message, String... variables) {
        assertThatThrownBy(() -> read(variables))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    private static MemberEnvironment read(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return MemberEnvironment.read(environment);
    }
}
