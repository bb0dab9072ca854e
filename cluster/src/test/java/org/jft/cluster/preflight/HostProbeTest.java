package org.jft.cluster.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.jft.cluster.preflight.HostFacts.Place;
import org.jft.cluster.preflight.HostFacts.Reach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class HostProbeTest {
    @TempDir Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldSayWhatThisHostSays() throws Exception {
        HostFacts facts = HostProbe.probe(Map.of(), Duration.ZERO);
        assertThat(facts.temporaryFree().orElseThrow()).isPositive();
        assertThat(facts.receiveBufferMax())
                .isEqualTo(asTheHostSays("/proc/sys/net/core/rmem_max"));
        assertThat(facts.sendBufferMax()).isEqualTo(asTheHostSays("/proc/sys/net/core/wmem_max"));
        Process shell = new ProcessBuilder("sh", "-c", "ulimit -n").start();
        String limit = new String(shell.getInputStream().readAllBytes()).strip();
        assertThat(facts.openFilesMax().orElse(-1))
                .isEqualTo(limit.equals("unlimited") ? -1 : Long.parseLong(limit));
        assertThat(facts.meeting()).isEmpty();
    }

    @Test
    void shouldLeaveOutWhatIsHiddenOrUnlimited() throws Exception {
        Files.createDirectories(folder.resolve("self"));
        Files.writeString(
                folder.resolve("self/limits"),
                "Limit                     Soft Limit           Hard Limit           Units\n"
                        + "Max open files            unlimited            unlimited            files\n");
        HostFacts facts = HostProbe.probe(Map.of(), Duration.ZERO, folder);
        assertThat(facts.receiveBufferMax()).isEmpty();
        assertThat(facts.openFilesMax()).isEmpty();
    }

    @Test
    void shouldAskForTheRoomAboveAFolderThatIsNotThereYet() throws Exception {
        assertThat(HostProbe.freeBytes(folder.resolve("not/yet/there")).orElseThrow()).isPositive();
    }

    @Test
    void shouldTakeRankZeroOnThisHostForNoNetwork() {
        assertThat(
                        HostProbe.route(
                                Place.RANK_ZERO, new InetSocketAddress("localhost", 29_500), "x"))
                .isEmpty();
        Map<String, String> here = Map.of("MASTER_ADDR", "127.0.0.1", "MASTER_PORT", "29500");
        assertThat(HostProbe.probe(here, Duration.ZERO).meeting()).isEmpty();
        assertThat(HostProbe.probe(Map.of("MASTER_ADDR", "127.0.0.1"), Duration.ZERO).meeting())
                .isEmpty();
    }

    @Test
    void shouldNameAHostWithoutAnAddress() {
        Map<String, String> nowhere =
                Map.of("MASTER_ADDR", "rank0.invalid", "MASTER_PORT", "29500");
        HostFacts.Route route = HostProbe.probe(nowhere, Duration.ZERO).meeting().orElseThrow();
        assertThat(route.target()).isEqualTo("rank0.invalid:29500");
        assertThat(route.reach()).isEqualTo(Reach.UNKNOWN_NAME);
    }

    /** Rank 0 of an elastic job may be gone, and one coordinator, too. */
    @Test
    void shouldLookForACoordinatorInPlaceOfRankZero() {
        Map<String, String> job =
                Map.of(
                        "MASTER_ADDR",
                        "rank0.invalid",
                        "MASTER_PORT",
                        "29500",
                        "JFT_COORDINATORS",
                        "gone.invalid:1,127.0.0.1:2");
        assertThat(HostProbe.probe(job, Duration.ofMinutes(5)).meeting()).isEmpty();

        Map<String, String> away = Map.of("JFT_COORDINATORS", "gone.invalid:1,away.invalid:2");
        HostFacts.Route route = HostProbe.probe(away, Duration.ZERO).meeting().orElseThrow();
        assertThat(route.to()).isEqualTo(Place.COORDINATOR);
        assertThat(route.target()).isEqualTo("gone.invalid:1");
        assertThat(route.reach()).isEqualTo(Reach.UNKNOWN_NAME);
        assertThat(HostProbe.probe(Map.of("JFT_COORDINATORS", ","), Duration.ZERO).meeting())
                .isEmpty();
        assertThat(HostProbe.probe(Map.of("JFT_COORDINATORS", "here"), Duration.ZERO).meeting())
                .isEmpty();
    }

    @Test
    void shouldLookUpUntilAHostHasItsAddress() {
        InetSocketAddress unknown = InetSocketAddress.createUnresolved("pod", 1);
        InetSocketAddress known = new InetSocketAddress("127.0.0.1", 1);
        AtomicInteger asked = new AtomicInteger();
        assertThat(
                        HostProbe.await(
                                () -> asked.incrementAndGet() < 3 ? unknown : known,
                                Duration.ofMinutes(1)))
                .isEqualTo(known);
        assertThat(asked).hasValue(3);
        assertThat(HostProbe.await(() -> unknown, Duration.ofMillis(1))).isEqualTo(unknown);
    }

    @Test
    void shouldTakeBothAConnectionAndARefusalForAnAnswer() throws Exception {
        InetSocketAddress at;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            at = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
            assertThat(HostProbe.reach(at)).isEqualTo(Reach.ANSWERS);
        }
        assertThat(HostProbe.reach(at)).as("refused").isEqualTo(Reach.ANSWERS);
    }

    private static OptionalLong asTheHostSays(String file) throws Exception {
        return Files.exists(Path.of(file))
                ? OptionalLong.of(Long.parseLong(Files.readString(Path.of(file)).strip()))
                : OptionalLong.empty();
    }
}
