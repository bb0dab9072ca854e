package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.HostAndPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jft.cluster.membership.coordinator.FreePorts;
import org.jft.cluster.transport.MediaDriverHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coordinators and members that are processes, and what the others see when one is killed. */
class CoordinatorProcessTest {
    private static final long DEADLINE_S = 40;
    private static final Duration MEASURED = Duration.ofMillis(1_500);
    private static final Duration GENEROUS = Duration.ofSeconds(8);
    private static final Map<String, String> JOB =
            Map.of("JFT_JOB", "coordinated", "JFT_JOB_SECRET", "hush");

    private final List<Said> processes = new ArrayList<>();
    @TempDir Path folder;

    @AfterEach
    void leaveNothing() throws Exception {
        for (Said process : processes) {
            process.kill();
        }
        // What was killed could not clean up; whoever comes or goes next does.
        MediaDriverHost.startForControl(problem -> {}).close();
        for (Said process : processes) {
            assertThat(litter(process.pid())).isEmpty();
        }
    }

    @Test
    void shouldTellTheOthersWithinTwoSecondsWhoWasKilled() throws Exception {
        try (CoordinatorProcess coordinator = coordinatorProcess(MEASURED)) {
            List<Said> members = members(3, MEASURED, List.of(coordinator.address()));

            long killedMs = System.currentTimeMillis();
            members.get(1).kill();

            assertKnowsTheLoss(members.get(0), members.get(1), killedMs);
            assertKnowsTheLoss(members.get(2), members.get(1), killedMs);
            members.get(0).await("view 1: worker 0, worker 2");
            members.get(2).await("view 1: worker 0, worker 2");
        }
    }

    @Test
    void shouldExpelAFrozenMemberThatWakesUp() throws Exception {
        try (CoordinatorProcess coordinator = coordinatorProcess(MEASURED)) {
            List<Said> members = members(3, MEASURED, List.of(coordinator.address()));

            long stoppedMs = System.currentTimeMillis();
            members.get(2).signal("STOP");
            assertKnowsTheLoss(members.get(0), members.get(2), stoppedMs);
            members.get(1).await("view 1: worker 0, worker 1");
            members.get(2).signal("CONT");

            members.get(2)
                    .await(
                            "expelled: the job has gone on without worker 2 (pid %d on here)"
                                    .formatted(members.get(2).pid()));
            assertThat(members.get(2).exitCode()).isZero();
            assertThat(members.get(0).process.isAlive()).isTrue();
        }
    }

    @Test
    void shouldGoOnWithACoordinatorThatWasKilledAndStartedAgain() throws Exception {
        try (CoordinatorProcess coordinator = coordinatorProcess(GENEROUS)) {
            List<Said> members = members(2, GENEROUS, List.of(coordinator.address()));
            ProcessHandle first = coordinator.handle();

            first.destroyForcibly();
            await(() -> coordinator.handle().pid() != first.pid());
            Said newcomer = member(2, 2, GENEROUS, List.of(coordinator.address()));

            for (Said member : List.of(members.get(0), members.get(1), newcomer)) {
                member.await("view 1: worker 0, worker 1, worker 2");
            }
            assertThat(members.get(0).all()).noneMatch(line -> line.contains("lost"));
            assertThat(litter(first.pid())).isEmpty();
        }
    }

    @Test
    void shouldBlameNobodyWhenTheCoordinatorItselfStoodStill() throws Exception {
        HostAndPort address = HostAndPort.fromParts("127.0.0.1", FreePorts.base("127.0.0.1", 1));
        Said coordinator = coordinator(List.of(address), 0);
        List<Said> members = members(2, MEASURED, List.of(address));

        coordinator.signal("STOP");
        Thread.sleep(2 * MEASURED.toMillis());
        coordinator.signal("CONT");
        Said newcomer = member(2, 2, MEASURED, List.of(address));

        for (Said member : List.of(members.get(0), members.get(1), newcomer)) {
            member.await("view 1: worker 0, worker 1, worker 2");
        }
        assertThat(members.get(0).all()).noneMatch(line -> line.contains("lost"));
    }

    @Test
    void shouldLoseNothingWithTheLeaderOfThreeNodes() throws Exception {
        int base = FreePorts.base("127.0.0.1", 3);
        List<HostAndPort> nodes =
                IntStream.range(0, 3)
                        .mapToObj(node -> HostAndPort.fromParts("127.0.0.1", base + 5 * node))
                        .toList();
        List<Said> running = IntStream.range(0, 3).mapToObj(node -> node(nodes, node)).toList();
        List<Said> members = members(2, GENEROUS, nodes);
        Said leader =
                running.stream()
                        .filter(node -> node.said("generation 0"))
                        .findFirst()
                        .orElseThrow();

        leader.kill();
        Said newcomer = member(2, 2, GENEROUS, nodes);

        for (Said member : List.of(members.get(0), members.get(1), newcomer)) {
            member.await("view 1: worker 0, worker 1, worker 2");
        }
        assertThat(members.get(0).all()).noneMatch(line -> line.contains("lost"));
    }

    @Test
    void shouldOutliveTheRankZeroThatHasStartedIt() throws Exception {
        int port = FreePorts.base("127.0.0.1", 1);
        Said zero = ranked(0, port);
        Said one = ranked(1, port);
        zero.await("view 0: worker 0, worker 1");
        ProcessHandle coordinator = zero.process.descendants().findFirst().orElseThrow();
        try {
            zero.kill();
            one.await("view 1: worker 1");

            ranked(0, port).await("view 2: worker 1, worker 0"); // and starts no other

            assertThat(coordinator.isAlive()).isTrue();
        } finally {
            coordinator.destroy(); // it would wait for workers to come back
            coordinator.onExit().get(DEADLINE_S, TimeUnit.SECONDS);
        }
    }

    /** Starts a worker as torchrun would, which names no coordinator. */
    private Said ranked(int rank, int port) {
        return start(
                MemberMain.class,
                Map.of(
                        "RANK",
                        String.valueOf(rank),
                        "WORLD_SIZE",
                        "2",
                        "MASTER_ADDR",
                        "127.0.0.1",
                        "MASTER_PORT",
                        String.valueOf(port)),
                "worker " + rank,
                "2",
                "2",
                String.valueOf(MEASURED.toMillis()));
    }

    @Test
    void shouldEndAndLeaveNothingWhenNobodyIsThere() throws Exception {
        Path log = folder.resolve("log");
        HostAndPort address = HostAndPort.fromParts("127.0.0.1", FreePorts.base("127.0.0.1", 1));
        Said coordinator = coordinator(List.of(address), 0, "--dir", log.toString(), "--idle", "1");

        assertThat(coordinator.exitCode()).as("%s", coordinator.all()).isZero();
        assertThat(log).doesNotExist();
    }

    @Test
    void shouldSayWhatIsWrongWithItsCommandLine() throws Exception {
        assertRefused("--nodes=here is not host:port", Map.of(), "--nodes", "here");
        assertRefused("node 3 of 1", Map.of(), "--nodes", "here:1", "--node", "3");
        assertRefused("JFT_JOB is not set", Map.of("JFT_JOB", ""), "--nodes", "here:1");
    }

    private void assertRefused(String why, Map<String, String> environment, String... arguments)
            throws Exception {
        Said coordinator = start(JftCoordinator.class, environment, arguments);
        assertThat(coordinator.exitCode()).isEqualTo(2);
        await(() -> coordinator.said(why));
    }

    private void assertKnowsTheLoss(Said member, Said lost, long sinceMs) throws Exception {
        String line = member.await("ended at ");
        long afterMs =
                Long.parseLong(line.substring("ended at ".length(), line.indexOf(':'))) - sinceMs;
        System.err.printf("known after %d ms%n", afterMs);
        assertThat(line)
                .contains(
                        "worker " + lost.number, "(pid %d on here) is lost".formatted(lost.pid()));
        assertThat(afterMs).isLessThan(MEASURED.toMillis() + 2_500); // 500 when nothing else runs
    }

    private List<Said> members(int count, Duration lostAfter, List<HostAndPort> coordinators)
            throws Exception {
        List<Said> members = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            members.add(member(number, count, lostAfter, coordinators));
        }
        for (Said member : members) {
            member.await("view 0: ");
        }
        return members;
    }

    private Said member(
            int number, int initial, Duration lostAfter, List<HostAndPort> coordinators) {
        Said member =
                start(
                        MemberMain.class,
                        Map.of(
                                "JFT_COORDINATORS",
                                String.join(
                                        ",",
                                        coordinators.stream().map(HostAndPort::toString).toList())),
                        "worker " + number,
                        String.valueOf(initial),
                        "3",
                        String.valueOf(lostAfter.toMillis()));
        member.number = number;
        return member;
    }

    private CoordinatorProcess coordinatorProcess(Duration lostAfter) {
        return CoordinatorProcess.start(
                JOB, folder.resolve("log"), lostAfter, System.err, pid -> {}, pid -> {});
    }

    private Said node(List<HostAndPort> nodes, int node) {
        return coordinator(nodes, node, "--lost-after", String.valueOf(GENEROUS.toMillis()));
    }

    private Said coordinator(List<HostAndPort> nodes, int node, String... more) {
        List<String> arguments = new ArrayList<>();
        arguments.add("--nodes");
        arguments.add(String.join(",", nodes.stream().map(HostAndPort::toString).toList()));
        arguments.add("--node");
        arguments.add(String.valueOf(node));
        arguments.addAll(List.of(more));
        return start(JftCoordinator.class, Map.of(), arguments.toArray(String[]::new));
    }

    private Said start(Class<?> main, Map<String, String> more, String... arguments) {
        ProcessBuilder builder =
                new ProcessBuilder(WorkerCommand.small(main.getName(), List.of(arguments)).line())
                        .redirectErrorStream(true);
        builder.environment().putAll(JOB);
        builder.environment().putAll(more);
        try {
            Said process = new Said(builder.start());
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> litter(long pid) throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("/dev/shm"))) {
            String prefix = "jft-aeron-%d-".formatted(pid);
            return folders.filter(each -> each.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadlineNs);
            Thread.sleep(10);
        }
    }

    /** A process, and what it has said. */
    private static final class Said {
        final Process process;
        int number;
        private final List<String> lines = new ArrayList<>();

        Said(Process process) {
            this.process = process;
            Thread reader = new Thread(this::read, "output of " + process.pid());
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader reader = process.inputReader()) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    System.err.printf("[%d] %s%n", process.pid(), line);
                    synchronized (this) {
                        lines.add(line);
                        notifyAll();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized List<String> all() {
            return List.copyOf(lines);
        }

        boolean said(String text) {
            return all().stream().anyMatch(line -> line.contains(text));
        }

        /** Waits for the first line that starts so. */
        synchronized String await(String start) throws InterruptedException {
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
            while (true) {
                for (String line : lines) {
                    if (line.startsWith(start)) {
                        return line;
                    }
                }
                assertThat(System.nanoTime()).as("%s in %s", start, lines).isLessThan(deadlineNs);
                wait(100);
            }
        }

        long pid() {
            return process.pid();
        }

        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(DEADLINE_S, TimeUnit.SECONDS)).as("ends").isTrue();
            return process.exitValue();
        }

        void signal(String name) throws Exception {
            new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start().waitFor();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }
}
