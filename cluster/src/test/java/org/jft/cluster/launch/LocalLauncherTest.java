package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jft.cluster.launch.LaunchResult.Failure;
import org.jft.cluster.membership.ExpelledException;
import org.jft.cluster.transport.TestDriver;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.config.ElasticConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes: launchers, workers, and what is left when either is killed. */
class LocalLauncherTest {
    private static final Duration DEADLINE = Duration.ofSeconds(40);
    private static final Duration LONG_GRACE = Duration.ofSeconds(20);
    private static final Duration SHORT_GRACE = Duration.ofMillis(500);

    @TempDir Path folder;
    private Transport transport = Transport.AUTO;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void shouldRunAJobToItsEnd(int workers) throws Exception {
        LaunchResult result = launcher(workers, LONG_GRACE, "end").run();
        assertThat(result.failure()).as(output()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(rankZeroOutput()).endsWith("]\ndone, without a newline");
        for (int rank = 0; rank < workers; rank++) {
            assertThat(output().lines()).contains("[rank " + rank + "] threads 3");
        }
        assertNothingLeft(pids());
    }

    @Test
    void shouldNameTheWorkerThatFailedAndLetTheOthersSpeak() throws Exception {
        LaunchResult result = launcher(3, LONG_GRACE, "fail", "1", "5").run();
        assertThat(result)
                .as(output())
                .isEqualTo(new LaunchResult(1, Optional.of(new Failure(1, "exited with code 5"))));
        assertThat(output())
                .contains("[rank 1] something is wrong")
                .contains("[rank 0] rank 1 is gone")
                .contains("[rank 2] rank 1 is gone");
        assertNothingLeft(pids());
    }

    @Test
    void shouldPassOnThatTheCommandLineWasWrong() throws Exception {
        LaunchResult result = launcher(1, SHORT_GRACE, "fail", "0", "2").run();
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.failure().orElseThrow()).hasToString("rank 0 exited with code 2");
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"IPC", "UDP", "TCP"})
    void shouldNameTheWorkerThatWasKilledAndLetTheOthersSpeak(Transport over) throws Exception {
        transport = over;
        LaunchResult result = launchAndKill(3, LONG_GRACE, 2);
        Failure failure = result.failure().orElseThrow();
        assertThat(failure.rank()).as(output()).isEqualTo(2);
        assertThat(failure.how()).startsWith("was killed by signal 9 (SIGKILL");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(output())
                .contains("rank 2 was killed by signal 9")
                .contains("[rank 0] rank 2 is gone")
                .contains("[rank 1] rank 2 is gone");
        assertNothingLeft(pids());
    }

    @Test
    void shouldEndTheOthersWhenTheGraceIsOver() throws Exception {
        LaunchResult result = launchAndKill(2, SHORT_GRACE, 0);
        assertThat(result.failure().orElseThrow().rank()).as(output()).isZero();
        assertNothingLeft(pids());
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"UDP", "TCP"})
    void shouldNameTheWorkerThatIsStopped(Transport over) throws Exception {
        transport = over;
        LaunchResult result =
                launchAndSignal(3, Duration.ofSeconds(4), "loop-impatiently", "STOP", 1);
        assertThat(result.failure())
                .as(output())
                .contains(new Failure(1, "did not answer the others and was ended"));
        assertThat(output()).containsPattern("rank 1 (is gone|did not|has not)|for rank 1");
        assertNothingLeft(pids());
    }

    @Test
    void shouldNameTheWorkerThatHangs() throws Exception {
        LaunchResult result = launcher(3, Duration.ofSeconds(2), "hang", "1").run();
        assertThat(result.failure())
                .as(output())
                .contains(new Failure(1, "did not answer the others and was ended"));
        assertThat(output()).contains("rank 1 has not begun it");
        assertNothingLeft(pids());
    }

    @Test
    void shouldReplaceAWorkerThatTheJobHasGoneOnWithoutAndThatNeverWakes() throws Exception {
        ElasticConfig elastic = new ElasticConfig(1, null, null, null, 1_500);
        ClusterConfig config =
                new ClusterConfig(2, null, 0, null, null, 0, null, false, elastic, null, null);
        LocalLauncher launcher =
                launcher(
                        config,
                        number ->
                                WorkerCommand.likeThisJvm(
                                                MemberMain.class.getName(),
                                                List.of("worker " + number, "2", "2", "1500"))
                                        .withHeapMegabytes(64),
                        Duration.ofSeconds(1));
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            background.submit(launcher::run);
            await("begins: " + output(), () -> output().contains("[worker 1] view 0: "));
            String pid = output().replaceAll("(?s).*view 0: worker 0, worker 1 as (\\d+).*", "$1");
            signal("STOP", Long.parseLong(pid));

            await("comes back", () -> output().contains("[worker 1] view 2: worker 0, worker 1"));
        } finally {
            background.shutdownNow();
            assertThat(background.awaitTermination(40, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(output())
                .contains("worker 1 is out of the job, has not ended within 1 s and is killed")
                .contains("worker 1 was killed by signal 9")
                .contains("and is started again");
    }

    /** The second leaves because the first does: together they end as the first. */
    @ParameterizedTest
    @CsvSource({"true, 143, 143", "true, 143, 3", "false, 143, 3", "false, 3, 143"})
    void shouldNotCallItAFailureWhenWorkersWereToldToLeave(boolean elastic, int first, int second)
            throws Exception {
        LaunchResult result = launchThatExits(elastic, first, second);
        assertThat(result.exitCode()).as(output()).isEqualTo(128 + 15);
        assertThat(result.failure().orElseThrow().how()).isEqualTo("was told to end (SIGTERM)");
        assertThat(output()).doesNotContain("killed");
    }

    @Test
    void shouldBlameWhoFailedAndNotWhoHadLeftBefore() throws Exception {
        assertThat(launchThatExits(true, 143, 1).failure())
                .as(output())
                .contains(new Failure(1, "exited with code 1"));
    }

    @Test
    void shouldBlameWhoHangsAndNotWhoHasLeft() throws Exception {
        IntFunction<WorkerCommand> command = rank -> exit(143, rank == 0 ? 0 : 60_000);
        assertThat(launcher(ofTwo(false), command, SHORT_GRACE).run())
                .as(output())
                .isEqualTo(
                        new LaunchResult(
                                1,
                                Optional.of(
                                        new Failure(
                                                1,
                                                "did not leave with the others and was ended"))));
    }

    /** Long before the others were told to leave, maybe. */
    @ParameterizedTest
    @ValueSource(ints = {128 + 9, ExpelledException.EXIT_CODE})
    void shouldNotBlameAWorkerThatWasStartedAgain(int lost) throws Exception {
        AtomicInteger starts = new AtomicInteger();
        IntFunction<WorkerCommand> command =
                rank ->
                        rank == 0
                                ? exit(143, 700)
                                : exit(starts.getAndIncrement() == 0 ? lost : 143, 0);
        LaunchResult result = launcher(ofTwo(true), command, LONG_GRACE).run();
        assertThat(result.exitCode()).as(output()).isEqualTo(128 + 15);
        assertThat(result.failure().orElseThrow().how()).isEqualTo("was told to end (SIGTERM)");
        assertThat(starts).as(output()).hasValue(2);
    }

    /** Of two workers, one soon and one late. */
    private LaunchResult launchThatExits(boolean elastic, int soon, int late) throws Exception {
        IntFunction<WorkerCommand> command = rank -> rank == 0 ? exit(soon, 0) : exit(late, 700);
        return launcher(ofTwo(elastic), command, LONG_GRACE).run();
    }

    private static ClusterConfig ofTwo(boolean elastic) {
        ElasticConfig sizes = elastic ? new ElasticConfig(1, null, null, null, null) : null;
        return new ClusterConfig(2, null, 0, null, null, 0, null, false, sizes, null, null);
    }

    private static WorkerCommand exit(int code, int afterMs) {
        return WorkerCommand.likeThisJvm(
                        ExitMain.class.getName(),
                        List.of(String.valueOf(code), String.valueOf(afterMs)))
                .withHeapMegabytes(64);
    }

    @Test
    void shouldEndItsWorkersWhenItIsToldToEnd() throws Exception {
        Process launcher = startLauncherProcess();
        try {
            List<Long> pids = pidsFrom(launcher);
            launcher.destroy();
            assertThat(launcher.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(launcher.exitValue()).isEqualTo(128 + 15);
            assertNothingLeft(pids);
            assertThat(driverFolders(launcher.pid())).isEmpty();
        } finally {
            launcher.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldLeaveNoWorkersWhenItIsKilledAndNoFilesAfterTheNextStart() throws Exception {
        Process launcher = startLauncherProcess();
        try {
            List<Long> pids = pidsFrom(launcher);
            launcher.destroyForcibly().waitFor();
            assertNothingLeft(pids);
            TestDriver.start().close();
            assertThat(driverFolders(launcher.pid())).isEmpty();
        } finally {
            launcher.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldLeaveNoFilesAfterTheNextStartWhenItsCoordinatorIsKilledToo() throws Exception {
        Process launcher = startLauncherProcess("elastic");
        try {
            List<Long> pids = pidsFrom(launcher);
            ProcessHandle coordinator =
                    launcher.children()
                            .filter(
                                    each ->
                                            arguments(each)
                                                    .contains(JftCoordinator.class.getName()))
                            .findFirst()
                            .orElseThrow();
            List<String> line = arguments(coordinator);
            Path log = Path.of(line.get(line.indexOf("--dir") + 1));
            await(log + " in use", () -> Files.exists(log.resolve("coordinator.lock")));

            signal("STOP", coordinator.pid()); // or it would tidy up when it misses its launcher
            launcher.destroyForcibly().waitFor();
            signal("KILL", coordinator.pid());

            assertNothingLeft(pids);
            await("end of " + coordinator.pid(), () -> !running(coordinator.pid()));
            assertThat(log).isNotEmptyDirectory();
            TestDriver.start().close();
            assertThat(log).doesNotExist();
            assertThat(driverFolders(launcher.pid())).isEmpty();
            assertThat(driverFolders(coordinator.pid())).isEmpty();
        } finally {
            launcher.destroyForcibly().waitFor();
        }
    }

    /** Of a long line, with a class path in it, ProcessHandle knows nothing. */
    private static List<String> arguments(ProcessHandle process) {
        try {
            Path line = Path.of("/proc/" + process.pid() + "/cmdline");
            return List.of(Files.readString(line).split("\0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void signal(String name, long pid) throws Exception {
        String[] line = {"kill", "-" + name, String.valueOf(pid)};
        assertThat(new ProcessBuilder(line).start().waitFor()).isZero();
    }

    private LocalLauncher launcher(int workers, Duration grace, String... arguments) {
        WorkerCommand command =
                WorkerCommand.likeThisJvm(RingWorker.class.getName(), List.of(arguments))
                        .withHeapMegabytes(64)
                        .withEnvironment(
                                Map.of(
                                        "OMP_NUM_THREADS",
                                        "3",
                                        RingWorker.TRANSPORT,
                                        transport.name()));
        return launcher(ClusterConfig.of(workers), rank -> command, grace);
    }

    private LocalLauncher launcher(
            ClusterConfig config, IntFunction<WorkerCommand> command, Duration grace) {
        return new LocalLauncher(
                config,
                command,
                new PrintStream(output, true, StandardCharsets.UTF_8),
                Redirect.to(rankZeroFile().toFile()),
                grace);
    }

    private LaunchResult launchAndKill(int workers, Duration grace, int rank) throws Exception {
        return launchAndSignal(workers, grace, "loop", "KILL", rank);
    }

    private LaunchResult launchAndSignal(
            int workers, Duration grace, String what, String signal, int rank) throws Exception {
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            Callable<LaunchResult> launch = launcher(workers, grace, what)::run;
            Future<LaunchResult> result = background.submit(launch);
            await("pids: " + output(), () -> rankZeroOutput().contains("]"));
            signal(signal, pids().get(rank));
            return result.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            background.shutdownNow();
        }
    }

    private Process startLauncherProcess(String... arguments) throws IOException {
        WorkerCommand launcher =
                WorkerCommand.likeThisJvm(LauncherMain.class.getName(), List.of(arguments))
                        .withHeapMegabytes(64);
        return new ProcessBuilder(launcher.line())
                .redirectError(folder.resolve("launcher.err").toFile())
                .start();
    }

    private List<Long> pidsFrom(Process launcher) throws IOException {
        BufferedReader reader = launcher.inputReader();
        String line = reader.readLine();
        assertThat(line).as(Files.readString(folder.resolve("launcher.err"))).isNotNull();
        return parse(line);
    }

    private List<Long> pids() throws IOException {
        return parse(rankZeroOutput().lines().findFirst().orElseThrow());
    }

    private static List<Long> parse(String line) {
        return Arrays.stream(line.replaceAll("pids \\[|]", "").split(", "))
                .map(Long::valueOf)
                .toList();
    }

    private static void assertNothingLeft(List<Long> pids) throws Exception {
        for (long pid : pids) {
            await("end of " + pid, () -> !running(pid));
            assertThat(driverFolders(pid)).isEmpty();
        }
        assertThat(driverFolders(ProcessHandle.current().pid())).isEmpty();
    }

    /** A process that was adopted and ended may stay a zombie where nobody collects those. */
    private static boolean running(long pid) throws IOException {
        Path stat = Path.of("/proc/" + pid + "/stat");
        try {
            return !Files.readString(stat).contains(") Z ");
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static List<Path> driverFolders(long pid) throws IOException {
        for (Path base : List.of(Path.of("/dev/shm"), Path.of("/tmp"))) {
            try (Stream<Path> entries = Files.list(base)) {
                List<Path> found =
                        entries.filter(
                                        entry ->
                                                entry.getFileName()
                                                        .toString()
                                                        .startsWith("jft-aeron-" + pid + "-"))
                                .toList();
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return List.of();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long startNs = System.nanoTime();
        while (!condition.holds()) {
            assertThat(System.nanoTime() - startNs).as(what).isLessThan(DEADLINE.toNanos());
            Thread.sleep(10);
        }
    }

    private Path rankZeroFile() {
        return folder.resolve("rank0.out");
    }

    private String rankZeroOutput() throws IOException {
        return Files.exists(rankZeroFile()) ? Files.readString(rankZeroFile()) : "";
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }
}
