package org.jft.cluster.launch;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.collective.Plan;
import org.jft.cluster.launch.LaunchResult.Failure;
import org.jft.cluster.membership.ExpelledException;
import org.jft.cluster.membership.TooFewMembersException;
import org.jft.cluster.transport.IpcSettings;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.core.config.ClusterConfig;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Runs a job on this host: hosts the media driver, starts the workers, passes their output on, and
 * ends them all when one fails. Rank 0 prints straight to this process's standard output, so its
 * progress bar works; all else goes to standard error, line by line after "[rank r] ".
 *
 * <p>When a worker fails the others get some seconds to notice, say so and end; then they are
 * ended. In an elastic job the others go on: a worker that was killed, or was silent until they
 * went on without it, is started again, also if it has to be killed for that because it never
 * wakes; one that failed by itself is not, for it would fail again. A signal that ends this process
 * ends the workers first. If this process is killed, the workers end themselves ({@link
 * ParentWatch}).
 *
 * <p>One use.
 */
public final class LocalLauncher {
    /** What {@link IpcSettings#clientLiveness()} lets a survivor notice, and some more. */
    private static final Duration GRACE = Duration.ofSeconds(8);

    /** For workers to finish their step and write a checkpoint when this process is told to end. */
    private static final Duration FAREWELL = Duration.ofSeconds(60);

    /** From SIGTERM to SIGKILL for a worker that let the grace pass. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** For the members of an elastic job to end once one has told that it is complete. */
    private static final Duration COMPLETE = Duration.ofSeconds(3);

    /** Workers of an elastic job that are started again; more say that something is wrong. */
    private static final int MAX_RESTARTS = 100;

    /** How often it is looked who is to be killed. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private static final int EXIT_USAGE = 2;
    private static final int SIGNALLED = 128;
    private static final int TERMINATED = SIGNALLED + 15;

    private final ClusterConfig config;
    private final int workerCount;
    private final IntFunction<WorkerCommand> command; // of a rank
    private final PrintStream output;
    private final Redirect rankZeroOutput;
    private final Duration grace;

    private final List<Worker> workers = new ArrayList<>();
    private volatile boolean ending;
    private final BlockingQueue<Worker> ended = new LinkedBlockingQueue<>();
    private final Map<Worker, Long> outSinceNs = new ConcurrentHashMap<>(); // of the job

    /** Prepares a launch that passes output on to this process's own streams. */
    public LocalLauncher(int workerCount, WorkerCommand command) {
        this(workerCount, command, Redirect.INHERIT);
    }

    /** Prepares one in which rank 0's standard output, too, goes elsewhere. */
    public LocalLauncher(int workerCount, WorkerCommand command, Redirect rankZeroOutput) {
        this(ClusterConfig.of(workerCount), rank -> command, System.err, rankZeroOutput, GRACE);
    }

    LocalLauncher(
            ClusterConfig config,
            IntFunction<WorkerCommand> command,
            PrintStream output,
            Redirect rankZeroOutput,
            Duration grace) {
        this.config = config;
        this.workerCount = config.workers();
        this.command = command;
        this.output = output;
        this.rankZeroOutput = rankZeroOutput;
        this.grace = grace;
    }

    /**
     * Prepares the job of a config: an elastic one also gets a coordinator.
     *
     * @param command of a rank, or of a worker of an elastic job: they may differ, for instance in
     *     the cores they are bound to
     */
    public static LocalLauncher of(ClusterConfig config, IntFunction<WorkerCommand> command) {
        return new LocalLauncher(config, command, System.err, Redirect.INHERIT, GRACE);
    }

    /**
     * Runs the job to its end. No process and no file of it is left when this returns.
     *
     * @throws JftException when the driver or a worker cannot be started
     */
    public LaunchResult run() throws InterruptedException {
        String job = UUID.randomUUID().toString();
        try (MediaDriverHost driver =
                        MediaDriverHost.start(streams(config), IpcSettings.DEFAULT, this::report);
                CoordinatorProcess coordinator = coordinator(job, driver)) {
            Thread hook = new Thread(() -> end(driver, coordinator), "end-workers");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                Map<String, String> environment = environment(job, driver, coordinator);
                for (int rank = 0; rank < workerCount; rank++) {
                    start(rank, environment);
                }
                return coordinator == null ? await() : awaitElastic(environment);
            } finally {
                endWorkers(LAST_WORDS);
                remove(hook);
            }
        }
    }

    /** Returns the streams that the workers of a job have at most, all of them on one host. */
    public static int streams(ClusterConfig config) {
        int workers = config.workers();
        int generations = config.changes() ? 2 : 1; // the old one's while the new one's open
        return generations * workers * Plan.streamsOnOneHost(config.algorithm(), workers);
    }

    /** Its log goes with the driver's files: if all are killed, the next start removes both. */
    private CoordinatorProcess coordinator(String job, MediaDriverHost driver) {
        return config.changes()
                ? CoordinatorProcess.start(
                        Map.of(MemberEnvironment.JOB, job),
                        driver.privateFolder().resolve("coordinator"),
                        Duration.ofMillis(config.elastic().lostAfterMs()),
                        output,
                        this::in,
                        this::out)
                : null;
    }

    /** Returns what all workers find in their environment. */
    private Map<String, String> environment(
            String job, MediaDriverHost driver, CoordinatorProcess coordinator) {
        ImmutableMap.Builder<String, String> environment = ImmutableMap.builder();
        environment
                .put(MemberEnvironment.WORLD_SIZE, String.valueOf(workerCount))
                .put(MemberEnvironment.JOB, job)
                .put(MemberEnvironment.AERON_DIR, driver.directory().toString())
                .put(MemberEnvironment.LAUNCHER_PID, String.valueOf(ProcessHandle.current().pid()));
        if (coordinator != null) {
            environment.put(MemberEnvironment.COORDINATORS, coordinator.address().toString());
        }
        return environment.build();
    }

    private void report(Throwable problem) {
        output.println("[driver] " + problem.getMessage());
    }

    /** Does nothing once this process has been told to end. */
    private synchronized void start(int rank, Map<String, String> environment) {
        if (ending) {
            return;
        }
        Map<String, String> member =
                ImmutableMap.<String, String>builder()
                        .putAll(environment)
                        .put(MemberEnvironment.RANK, String.valueOf(rank))
                        .put(MemberEnvironment.LOCAL_RANK, String.valueOf(rank))
                        .build();
        String name = (config.changes() ? "worker " : "rank ") + rank;
        try {
            Worker worker =
                    Worker.start(rank, name, command.apply(rank), member, output, rankZeroOutput);
            workers.removeIf(before -> before.rank() == rank);
            workers.add(worker);
            worker.onExit().thenRun(() -> ended.add(worker));
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "%s could not be started: %s".formatted(name, e.getMessage()),
                    e);
        }
    }

    /**
     * Waits until a worker says that the run is complete, or that it cannot go on, or none is left.
     */
    private LaunchResult awaitElastic(Map<String, String> environment) throws InterruptedException {
        int restarts = 0;
        Worker blamed = null;
        for (int left = workerCount; left > 0; left--) {
            Worker worker = nextEnded();
            int code = worker.exitCode();
            if (code == 0) {
                awaitRest(left - 1, COMPLETE);
                return new LaunchResult(0, Optional.empty());
            }
            if (code == TooFewMembersException.EXIT_CODE || code == EXIT_USAGE) {
                blamed = worker;
                awaitRest(left - 1, grace);
                break;
            }
            boolean again = !ending && wasLost(code) && restarts < MAX_RESTARTS;
            if (!ending) {
                output.printf(
                        "%s %s%s%n",
                        worker,
                        hasLeft(worker) ? "has left" : worker.describeExit(),
                        again
                                ? " and is started again"
                                : left > 1 && !onlyNoticed(worker) ? ", the others go on" : "");
            }
            if (again) {
                start(worker.rank(), environment);
                restarts++;
                left++;
            } else {
                blamed = graver(blamed, worker);
            }
        }
        return result(blamed);
    }

    /** Waits for a worker to end; kills one that is out of the job and does not end by itself. */
    private Worker nextEnded() throws InterruptedException {
        while (true) {
            Worker worker = ended.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (worker != null) {
                return worker;
            }
            outSinceNs.forEach(this::killIfOverdue);
        }
    }

    private void killIfOverdue(Worker out, long sinceNs) {
        if (System.nanoTime() - sinceNs > grace.toNanos()) {
            outSinceNs.remove(out);
            if (out.alive()) {
                output.printf(
                        "%s is out of the job, has not ended within %d s and is killed%n",
                        out, grace.toSeconds());
                out.kill();
            }
        }
    }

    /** A process is out of the job; the coordinator says so. */
    private void out(long pid) {
        withPid(pid).ifPresent(worker -> outSinceNs.put(worker, System.nanoTime()));
    }

    /** One that was out, before it was ever a member, may be back. */
    private void in(long pid) {
        withPid(pid).ifPresent(outSinceNs::remove);
    }

    private synchronized Optional<Worker> withPid(long pid) {
        return workers.stream().filter(worker -> worker.pid() == pid).findFirst();
    }

    private void awaitRest(int left, Duration patience) throws InterruptedException {
        long deadlineNs = System.nanoTime() + patience.toNanos();
        for (int i = 0; i < left; i++) {
            if (ended.poll(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS) == null) {
                return;
            }
        }
    }

    /** Whether a worker was killed, or was silent and found that the others had gone on. */
    private static boolean wasLost(int exitCode) {
        return exitCode > SIGNALLED && exitCode != TERMINATED
                || exitCode == ExpelledException.EXIT_CODE;
    }

    /** Waits for all to end; after the first failure only as long as the grace lasts. */
    private LaunchResult await() throws InterruptedException {
        Worker blamed = null;
        long deadlineNs = Long.MAX_VALUE;
        for (int left = workers.size(); left > 0; left--) {
            Worker worker =
                    blamed == null
                            ? ended.take()
                            : ended.poll(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (worker == null) {
                break;
            }
            if (worker.exitCode() == 0) {
                continue;
            }
            if (blamed == null) {
                deadlineNs = System.nanoTime() + grace.toNanos();
                blamed = worker;
                if (!ending) {
                    announce(worker, left - 1);
                }
            } else {
                blamed = graver(blamed, worker);
            }
        }
        return blamed == null ? new LaunchResult(0, Optional.empty()) : result(blamed);
    }

    private void announce(Worker worker, int others) {
        output.printf(
                "%s %s%s%n",
                worker,
                worker.describeExit(),
                others == 0 ? "" : ", the others have %d s to end".formatted(grace.toSeconds()));
    }

    /** Returns whom to blame: who failed, else who was told to leave, else who only noticed. */
    private static Worker graver(Worker blamed, Worker worker) {
        return blamed == null || gravity(worker) > gravity(blamed) ? worker : blamed;
    }

    private static int gravity(Worker ended) {
        return onlyNoticed(ended) ? 0 : hasLeft(ended) ? 1 : 2;
    }

    /**
     * Blames who is still there if the others only noticed, or have left; not when this process is
     * told to end: then all have longer than the grace.
     */
    private LaunchResult result(Worker blamed) {
        Optional<Worker> silent = workers.stream().filter(Worker::alive).findFirst();
        if (silent.isPresent() && !ending && (onlyNoticed(blamed) || hasLeft(blamed))) {
            String how = hasLeft(blamed) ? "did not leave with" : "did not answer";
            return failure(1, silent.get(), how + " the others and was ended");
        }
        int exitCode = hasLeft(blamed) || blamed.exitCode() == EXIT_USAGE ? blamed.exitCode() : 1;
        return failure(exitCode, blamed, blamed.describeExit());
    }

    private static LaunchResult failure(int exitCode, Worker worker, String how) {
        return new LaunchResult(exitCode, Optional.of(new Failure(worker.rank(), how)));
    }

    /** Whether a worker ended because of another one. */
    private static boolean onlyNoticed(Worker worker) {
        return worker.exitCode() == PeerLostException.EXIT_CODE;
    }

    /** Whether a worker ended because it was told to. */
    private static boolean hasLeft(Worker worker) {
        return worker.exitCode() == TERMINATED;
    }

    /** Runs when this process is told to end: the workers first, the driver after its clients. */
    private void end(MediaDriverHost driver, CoordinatorProcess coordinator) {
        try {
            endWorkers(FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (coordinator != null) {
                coordinator.close();
            }
            driver.close();
        }
    }

    private synchronized void endWorkers(Duration patience) throws InterruptedException {
        ending = true;
        long deadlineNs = System.nanoTime() + patience.toNanos();
        workers.forEach(Worker::terminate);
        try {
            for (Worker worker : workers) {
                worker.awaitExit(deadlineNs);
            }
        } finally {
            workers.forEach(Worker::kill);
        }
        long drainDeadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (Worker worker : workers) {
            worker.drain(drainDeadlineNs);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ignored) {
            // It is running: this process was told to end.
        }
    }
}
