package org.jft.cluster.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jft.cluster.preflight.HostFacts.Place;
import org.jft.cluster.preflight.HostFacts.Reach;
import org.jft.cluster.preflight.HostFacts.Route;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class HostChecksTest {
    private static final long MB = 1 << 20;
    private static final long PLENTY = 1L << 40;
    private static final Path RUN = Path.of("runs/try");

    @Test
    void shouldFindNothingOnAGoodHost() {
        assertThat(check(facts(PLENTY, PLENTY, 4 * MB, 4 * MB, 65_536, 9000, Reach.ANSWERS)))
                .isEmpty();
    }

    @Test
    void shouldFindNothingWhereTheHostDoesNotSay() {
        HostFacts silent =
                new HostFacts(
                        OptionalLong.of(PLENTY),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.of(
                                new Route(
                                        Place.COORDINATOR,
                                        "a:1",
                                        Reach.ANSWERS,
                                        "",
                                        OptionalInt.empty())));
        assertThat(check(silent)).isEmpty();
    }

    @Test
    void shouldWarnWhenGradientsGoThroughDiskForWantOfSharedMemory() {
        assertThat(check(facts(64 * MB, PLENTY, 4 * MB, 4 * MB, 65_536, 9000, Reach.ANSWERS)))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.stops()).isFalse();
                            assertThat(finding.sentence())
                                    .contains("64 MiB free", "100 MiB", "--shm-size=101m");
                        });
    }

    @Test
    void shouldStopWhenGradientsFitNowhere() {
        List<Finding> findings =
                check(facts(99 * MB, 99 * MB, 4 * MB, 4 * MB, 65_536, 9000, Reach.ANSWERS));
        assertThat(findings).singleElement().matches(Finding::stops);
        assertThat(HostChecks.check(noMaster(0, 0), 1, 0)).as("one worker needs none").isEmpty();
    }

    @Test
    void shouldNameTheBufferThatIsSmallAndTheCommandThatHelps() {
        assertThat(check(facts(PLENTY, 0, 4 * MB - 1, 4 * MB, 65_536, 9000, Reach.ANSWERS)))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .contains("sysctl -w net.core.rmem_max=4194304")
                .doesNotContain("wmem");
        assertThat(check(facts(PLENTY, 0, 212_992, 212_992, 65_536, 9000, Reach.ANSWERS)))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .endsWith("sysctl -w net.core.rmem_max=4194304 net.core.wmem_max=4194304");
    }

    @Test
    void shouldAdviseTcpOrJumboFramesOnEthernetOf1500Bytes() {
        assertThat(check(facts(PLENTY, 0, 4 * MB, 4 * MB, 65_536, 1500, Reach.ANSWERS)))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .contains("eth7", "MTU of 1500", "TCP", "ip link set eth7 mtu 9000");
    }

    @Test
    void shouldLookAtTheNetworkOnlyWhenThereIsAnotherHost() {
        assertThat(HostChecks.check(noMaster(PLENTY, 0), 8, 100 * MB)).isEmpty();
    }

    @Test
    void shouldTellAHostThatIsSilentFromOneWithoutAnAddress() {
        assertThat(check(facts(PLENTY, 0, 4 * MB, 4 * MB, 65_536, 9000, Reach.SILENT)))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .contains("master:29500 does not answer", "firewall");
        assertThat(check(facts(PLENTY, 0, 4 * MB, 4 * MB, 65_536, 9000, Reach.UNKNOWN_NAME)))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .contains("MASTER_ADDR of master:29500 has no address", "the host of rank 0");
    }

    /** Of an elastic job, whose rank 0 may be gone. */
    @Test
    void shouldLookAtTheWayToTheCoordinatorAsAtThatToRankZero() {
        Route silent =
                new Route(Place.COORDINATOR, "c:29600", Reach.SILENT, "eth7", OptionalInt.of(1500));
        assertThat(check(facts(212_992, silent)))
                .extracting(Finding::sentence)
                .satisfiesExactly(
                        sentence ->
                                assertThat(sentence)
                                        .startsWith("the coordinator at c:29600 does not answer"),
                        sentence -> assertThat(sentence).startsWith("net.core.rmem_max of this"),
                        sentence ->
                                assertThat(sentence)
                                        .startsWith(
                                                "the way to the coordinator (eth7) has an MTU"));
        Route unknown =
                new Route(
                        Place.COORDINATOR, "c:29600", Reach.UNKNOWN_NAME, "", OptionalInt.empty());
        assertThat(check(facts(4 * MB, unknown)))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .isEqualTo(
                        "JFT_COORDINATORS of c:29600 has no address: name the host of the coordinator as this host knows it");
    }

    private static HostFacts facts(long rmem, Route route) {
        return new HostFacts(
                OptionalLong.of(PLENTY),
                OptionalLong.empty(),
                OptionalLong.of(rmem),
                OptionalLong.of(4 * MB),
                OptionalLong.empty(),
                Optional.of(route));
    }

    @Test
    void shouldAskForMoreFilesInLargerWorlds() {
        HostFacts few = facts(PLENTY, 0, 4 * MB, 4 * MB, 1040, 9000, Reach.ANSWERS);
        assertThat(HostChecks.check(few, 4, 0)).isEmpty();
        assertThat(HostChecks.check(few, 5, 0))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .contains("1040", "ulimit -n 1044");
    }

    @Test
    void shouldStopForNoRoomForOneCheckpointAndWarnForNoRoomForAll() {
        assertThat(disk(99, 100, 3, 0)).get().matches(Finding::stops);
        assertThat(disk(100, 100, 3, 0)).get().matches(finding -> !finding.stops());
        assertThat(disk(399, 100, 3, 0)).get().matches(finding -> !finding.stops());
        assertThat(disk(400, 100, 3, 0)).isEmpty();
        assertThat(disk(100, 100, 3, 3)).as("the oldest goes behind it").isEmpty();
        assertThat(disk(100, 100, 3, 5)).as("kept by an earlier config").isEmpty();
        assertThat(HostChecks.disk(RUN, OptionalLong.empty(), 1, 3, 0)).isEmpty();
    }

    @Test
    void shouldSayAllWarningsAndStopWithAllFailures() {
        List<String> warnings = new ArrayList<>();
        List<Finding> findings =
                List.of(
                        Finding.warning("w1"),
                        Finding.failure("f1"),
                        Finding.warning("w2"),
                        Finding.failure("f2"));
        assertThatThrownBy(() -> Finding.heed(findings, warnings::add))
                .isInstanceOf(JftException.class)
                .hasMessage("f1; f2");
        assertThat(warnings).containsExactly("w1", "w2");
    }

    private static Optional<Finding> disk(long free, long checkpoint, int kept, int present) {
        return HostChecks.disk(RUN, OptionalLong.of(free * MB), checkpoint * MB, kept, present);
    }

    private static List<Finding> check(HostFacts facts) {
        return HostChecks.check(facts, 4, 100 * MB);
    }

    private static HostFacts noMaster(long shared, long temporary) {
        return new HostFacts(
                OptionalLong.of(shared),
                OptionalLong.of(temporary),
                OptionalLong.of(1),
                OptionalLong.of(1),
                OptionalLong.empty(),
                Optional.empty());
    }

    private static HostFacts facts(
            long shared, long temporary, long rmem, long wmem, long files, int mtu, Reach reach) {
        return new HostFacts(
                OptionalLong.of(shared),
                OptionalLong.of(temporary),
                OptionalLong.of(rmem),
                OptionalLong.of(wmem),
                OptionalLong.of(files),
                Optional.of(
                        new Route(
                                Place.RANK_ZERO,
                                "master:29500",
                                reach,
                                "eth7",
                                OptionalInt.of(mtu))));
    }
}
