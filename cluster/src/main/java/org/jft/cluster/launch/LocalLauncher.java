package org.jft.cluster.launch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.launch.LaunchResult.Failure;
import org.jft.cluster.transport.IpcSettings;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Runs a job on this host: hosts the media driver, starts the workers, passes their output on, and
 * ends them all when one fails. Rank 0 prints straight to this process's standard output, so its
 * progress bar works; all else goes to standard error, line by line after "[rank r] ".
 *
 * <p>When a worker fails the others get some seconds to notice, say so and end; then they are
 * ended. A signal that ends this process ends the workers first. If this process is killed, the
 * workers end themselves ({@link ParentWatch}).
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

    private static final int EXIT_USAGE = 2;

    private final int workerCount;
    private final IntFunction<WorkerCommand> command; // of a rank
    private final PrintStream output;
    private final Redirect rankZeroOutput;
    private final Duration grace;

    private final List<Worker> workers = new ArrayList<>();
    private volatile boolean ending;
    private final BlockingQueue<Worker> ended = new LinkedBlockingQueue<>();

    /** Prepares a launch that passes output on to this process's own streams. */
    public LocalLauncher(int workerCount, WorkerCommand command) {
        this(workerCount, rank -> command);
    }

    /** Prepares one in which rank 0's standard output, too, goes elsewhere. */
    public LocalLauncher(int workerCount, WorkerCommand command, Redirect rankZeroOutput) {
        this(workerCount, rank -> command, System.err, rankZeroOutput, GRACE);
    }

    /**
     * Prepares one in which ranks differ, for instance in the cores they are bound to.
     *
     * @param command of a rank
     */
    public LocalLauncher(int workerCount, IntFunction<WorkerCommand> command) {
        this(workerCount, command, System.err, Redirect.INHERIT, GRACE);
    }

    LocalLauncher(
            int workerCount,
            IntFunction<WorkerCommand> command,
            PrintStream output,
            Redirect rankZeroOutput,
            Duration grace) {
        checkArgument(workerCount > 0, "workerCount must be positive: %s", workerCount);
        this.workerCount = workerCount;
        this.command = command;
        this.output = output;
        this.rankZeroOutput = rankZeroOutput;
        this.grace = grace;
    }

    /**
     * Runs the job to its end. No process and no file of it is left when this returns.
     *
     * @throws JftException when the driver or a worker cannot be started
     */
    public LaunchResult run() throws InterruptedException {
        try (MediaDriverHost driver =
                MediaDriverHost.start(workerCount, IpcSettings.DEFAULT, this::report)) {
            Thread hook = new Thread(() -> end(driver), "end-workers");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                start(driver.directory());
                return await();
            } finally {
                endWorkers(LAST_WORDS);
                remove(hook);
            }
        }
    }

    private void report(Throwable problem) {
        output.println("[driver] " + problem.getMessage());
    }

    private synchronized void start(Path driverDirectory) {
        String job = UUID.randomUUID().toString();
        for (int rank = 0; rank < workerCount && !ending; rank++) {
            Map<String, String> member =
                    ImmutableMap.of(
                            MemberEnvironment.RANK, String.valueOf(rank),
                            MemberEnvironment.WORLD_SIZE, String.valueOf(workerCount),
                            MemberEnvironment.LOCAL_RANK, String.valueOf(rank),
                            MemberEnvironment.JOB, job,
                            MemberEnvironment.AERON_DIR, driverDirectory.toString(),
                            MemberEnvironment.LAUNCHER_PID,
                                    String.valueOf(ProcessHandle.current().pid()));
            try {
                Worker worker =
                        Worker.start(rank, command.apply(rank), member, output, rankZeroOutput);
                workers.add(worker);
                worker.onExit().thenRun(() -> ended.add(worker));
            } catch (IOException e) {
                throw new JftException(
                        Category.ABORT_RUN,
                        "rank %d could not be started: %s".formatted(rank, e.getMessage()),
                        e);
            }
        }
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
            } else if (onlyNoticed(blamed) && !onlyNoticed(worker)) {
                blamed = worker;
            }
        }
        return blamed == null ? new LaunchResult(0, Optional.empty()) : result(blamed);
    }

    private void announce(Worker worker, int others) {
        output.printf(
                "rank %d %s%s%n",
                worker.rank(),
                worker.describeExit(),
                others == 0 ? "" : ", the others have %d s to end".formatted(grace.toSeconds()));
    }

    private LaunchResult result(Worker blamed) {
        int exitCode = blamed.exitCode() == EXIT_USAGE ? EXIT_USAGE : 1;
        String how = blamed.describeExit();
        int rank = blamed.rank();
        if (onlyNoticed(blamed)) {
            Optional<Worker> silent = workers.stream().filter(Worker::alive).findFirst();
            rank = silent.map(Worker::rank).orElse(rank);
            how = silent.isPresent() ? "did not answer the others and was ended" : how;
        }
        return new LaunchResult(exitCode, Optional.of(new Failure(rank, how)));
    }

    /** Whether a worker ended because of another one. */
    private static boolean onlyNoticed(Worker worker) {
        return worker.exitCode() == PeerLostException.EXIT_CODE;
    }

    /** Runs when this process is told to end: the workers first, the driver after its clients. */
    private void end(MediaDriverHost driver) {
        try {
            endWorkers(FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
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
