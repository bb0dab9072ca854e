package org.jft.cluster.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.HostAndPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jft.cluster.preflight.HostFacts.Place;
import org.jft.cluster.preflight.HostFacts.Reach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class HostProbeTest {
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    @TempDir Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldSayWhatThisHostSays() throws Exception {
        HostFacts facts = HostProbe.probe(List.of(), Optional.empty(), Duration.ZERO);
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
        HostFacts facts = HostProbe.probe(Optional.empty(), folder);
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
        assertThat(meeting(Duration.ZERO, "127.0.0.1")).isEmpty();
        assertThat(meeting(Duration.ZERO, "127.0.0.1:29500")).as("no name of a host").isEmpty();
    }

    @Test
    void shouldNameAHostWithoutAnAddress() {
        HostFacts.Route route = meeting(Duration.ZERO, "rank0.invalid").orElseThrow();
        assertThat(route.to()).isEqualTo(Place.RANK_ZERO);
        assertThat(route.target()).isEqualTo("rank0.invalid:29500");
        assertThat(route.reach()).isEqualTo(Reach.UNKNOWN_NAME);
    }

    /** Rank 0 of an elastic job may be gone. */
    @Test
    void shouldLookForACoordinatorInPlaceOfRankZero() {
        assertThat(meeting(FIVE_MINUTES, "rank0.invalid", "127.0.0.1:1", "127.0.0.1:2")).isEmpty();

        HostFacts.Route route =
                meeting(Duration.ZERO, "127.0.0.1", "gone.invalid:1", "away.invalid:2")
                        .orElseThrow();
        assertThat(route.to()).isEqualTo(Place.COORDINATOR);
        assertThat(route.target()).isEqualTo("gone.invalid:1");
        assertThat(route.reach()).isEqualTo(Reach.UNKNOWN_NAME);
    }

    /** The others come from elsewhere to the one that is here. */
    @Test
    void shouldLookForTheCoordinatorsThatAreElsewhere() {
        HostFacts.Route route =
                meeting(FIVE_MINUTES, "127.0.0.1", "127.0.0.1:1", "away.invalid:2").orElseThrow();
        assertThat(route.target()).isEqualTo("away.invalid:2");
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

    private static Optional<HostFacts.Route> meeting(
            Duration patience, String rankZero, String... coordinators) {
        return HostProbe.probe(
                        Stream.of(coordinators).map(HostAndPort::fromString).toList(),
                        Optional.of(InetSocketAddress.createUnresolved(rankZero, 29_500)),
                        patience)
                .meeting();
    }

    private static OptionalLong asTheHostSays(String file) throws Exception {
        return Files.exists(Path.of(file))
                ? OptionalLong.of(Long.parseLong(Files.readString(Path.of(file)).strip()))
                : OptionalLong.empty();
    }
}
