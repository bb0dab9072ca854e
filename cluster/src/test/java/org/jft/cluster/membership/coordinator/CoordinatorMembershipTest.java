package org.jft.cluster.membership.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.HostAndPort;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jft.cluster.membership.CoordinatorLostException;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.JobSize.BelowMin;
import org.jft.cluster.membership.Membership;
import org.jft.cluster.membership.MembershipContract;
import org.jft.cluster.membership.View;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator of one node, and members that are threads of this process. */
class CoordinatorMembershipTest extends MembershipContract {
    private static final JobToken JOB = JobToken.of("contract", "secret");
    private static final Duration LOST_AFTER = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HostAndPort address =
            HostAndPort.fromParts("127.0.0.1", FreePorts.base("127.0.0.1", 1));
    private final MediaDriverHost driver = MediaDriverHost.startForControl(problem -> {});
    private CoordinatorNode node;
    private JobSize size;

    @Override
    protected void begin(JobSize size) {
        this.size = size;
        node =
                CoordinatorNode.start(
                        settings(Optional.empty()),
                        System.err::println,
                        process -> {},
                        process -> {});
    }

    private CoordinatorSettings settings(Optional<Path> folder) {
        return new CoordinatorSettings(0, List.of(address), JOB, LOST_AFTER, folder);
    }

    @Override
    protected Membership connect() {
        return connect(JOB, PATIENCE);
    }

    private Membership connect(JobToken job, Duration patience) {
        return CoordinatorMembership.connect(
                List.of(address), job, size, LOST_AFTER, patience, Optional.of(driver.directory()));
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
        driver.close();
    }

    @Test
    void shouldRefuseWhoDoesNotKnowTheSecret() {
        begin(new JobSize(1, 1, 1, BelowMin.STOP));
        try (Membership stranger = connect(JobToken.of("contract", "guess"), PATIENCE)) {
            assertThatThrownBy(() -> get(regroup(stranger, standing("worker 0", 0))))
                    .isInstanceOf(JftException.class)
                    .hasMessage(
                            "the coordinator at %s refused this worker: another job, or another JFT_JOB_SECRET"
                                    .formatted(address));
        }
        assertThat(node.empty()).isTrue();
    }

    @Test
    void shouldSayThatNoCoordinatorAnswers() {
        size = new JobSize(1, 1, 1, BelowMin.STOP);
        try (Membership alone = connect(JOB, Duration.ofMillis(1_500))) {
            assertThatThrownBy(() -> get(regroup(alone, standing("worker 0", 0))))
                    .isInstanceOf(CoordinatorLostException.class)
                    .hasMessage(
                            "worker 0 (pid 1 on here) waited 1.5 s, but no coordinator answers at "
                                    + address);
        }
    }

    @Test
    void shouldKnowThatItCannotRegroupWhileTheCoordinatorIsAway() throws Exception {
        List<Membership> members = started(2, new JobSize(2, 1, 3, BelowMin.STOP));
        regroup(open(), standing("worker 2", Standing.NEWCOMER));
        Membership member = members.get(0);
        await(member::newcomersWait);
        assertThat(member.reachable()).isTrue();

        node.close();

        await(() -> !member.reachable());
        assertThat(member.ended()).as("the others are still there").isEmpty();
        Future<View> waits = regroup(member, standing("worker 0", 1)); // for 20 s
        member.hurry();
        long hurriedNs = System.nanoTime();
        assertThatThrownBy(() -> get(waits)).isInstanceOf(CoordinatorLostException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - hurriedNs)).isLessThan(PATIENCE);
    }

    @Test
    void shouldSayThatACoordinatorsNameIsUnknown() {
        try (Membership lost =
                CoordinatorMembership.connect(
                        List.of(HostAndPort.fromParts("nowhere.invalid", 1)),
                        JOB,
                        new JobSize(1, 1, 1, BelowMin.STOP),
                        LOST_AFTER,
                        Duration.ofMillis(500),
                        Optional.of(driver.directory()))) {
            assertThatThrownBy(() -> get(regroup(lost, standing("worker 0", 0))))
                    .isInstanceOf(JftException.class)
                    .hasMessageEndingWith(
                            "no coordinator answers at nowhere.invalid:1 (no address is known for these names)");
        }
    }

    @Test
    void shouldRecoverFromASnapshotAndTheLogBehindIt(@TempDir Path folder) throws Exception {
        size = new JobSize(2, 1, 3, BelowMin.STOP);
        node =
                CoordinatorNode.start(
                        settings(Optional.of(folder)),
                        System.err::println,
                        process -> {},
                        process -> {});
        List<Membership> members = started(2);
        node.snapshot();
        await(() -> node.snapshots() == 1);
        Membership behind = open();
        Future<View> newcomer = regroup(behind, standing("worker 2", Standing.NEWCOMER));
        await(() -> members.get(0).newcomersWait());

        node.close(); // as if it was killed: nothing is removed
        node =
                CoordinatorNode.start(
                        settings(Optional.of(folder)),
                        System.err::println,
                        process -> {},
                        process -> {});
        Future<View> zero = regroup(members.get(0), standing("worker 0", 1));
        Future<View> one = regroup(members.get(1), standing("worker 1", 1));

        assertThat(names(get(zero))).containsExactly("worker 0", "worker 1", "worker 2");
        assertThat(get(one).generation()).isEqualTo(1);
        assertThat(get(newcomer).self()).isEqualTo(2);
    }

    @Test
    void shouldRefuseTheFolderOfAnotherNode(@TempDir Path folder) {
        try (NodeFolder taken = NodeFolder.open(folder)) {
            assertThat(taken.archive()).isDirectory();
            assertThatThrownBy(
                            () ->
                                    CoordinatorNode.start(
                                            settings(Optional.of(folder)),
                                            System.err::println,
                                            process -> {},
                                            process -> {}))
                    .isInstanceOf(JftException.class)
                    .hasMessage("another coordinator uses the folder " + folder);
        }
    }

    @Test
    void shouldSayThatItsPortIsTaken() throws Exception {
        try (DatagramSocket other = new DatagramSocket(null)) {
            other.bind(new InetSocketAddress("127.0.0.1", address.getPort() + 2));
            assertThatThrownBy(() -> begin(new JobSize(1, 1, 1, BelowMin.STOP)))
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining(
                            "cannot listen at %s and the 4 ports that follow: ".formatted(address));
        }
    }

    @Test
    void shouldKeepItsLogTheOwnersAlone(@TempDir Path folder) throws Exception {
        Path open = Files.createDirectories(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (NodeFolder own = NodeFolder.open(open)) {
            for (Path each : List.of(own.archive(), own.cluster())) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .isEqualTo("rwx------");
            }
            own.delete();
        }
        assertThat(open).doesNotExist();
    }
}
