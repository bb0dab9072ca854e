package org.jft.cluster.launch;

import com.google.common.net.HostAndPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jft.cluster.membership.coordinator.FreePorts;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A coordinator for the elastic job of one host: a small process of its own, because a worker may
 * compute on all cores and be killed, and the coordinator must not. Started again, with what it
 * knew, when it fails. It ends with this, and by itself when this process is gone.
 */
public final class CoordinatorProcess implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int MAX_STARTS = 5;
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final ProcessBuilder builder;
    private final HostAndPort address;
    private final PrintStream output;
    private final LongConsumer onIn;
    private final LongConsumer onOut;
    private Process process;
    private int starts;
    private boolean closed;

    private CoordinatorProcess(
            ProcessBuilder builder,
            HostAndPort address,
            PrintStream output,
            LongConsumer onIn,
            LongConsumer onOut) {
        this.builder = builder;
        this.address = address;
        this.output = output;
        this.onIn = onIn;
        this.onOut = onOut;
    }

    /**
     * Starts a coordinator. Does not wait for it: members do.
     *
     * @param environment of the job: JFT_JOB and, if it has one, JFT_JOB_SECRET
     * @param folder for its log; a coordinator that is killed leaves it to whoever made its parent
     * @param lostAfter silence after which a member is lost
     * @param output hears when it is started again
     * @param onIn takes the process id of each worker that wants to be in the job
     * @param onOut takes that of each that is out of it
     */
    public static CoordinatorProcess start(
            Map<String, String> environment,
            Path folder,
            Duration lostAfter,
            PrintStream output,
            LongConsumer onIn,
            LongConsumer onOut) {
        try {
            HostAndPort address = HostAndPort.fromParts(HOST, FreePorts.base(HOST, 1));
            WorkerCommand command =
                    WorkerCommand.small(
                            JftCoordinator.class.getName(),
                            List.of(
                                    "--nodes",
                                    address.toString(),
                                    "--dir",
                                    folder.toString(),
                                    "--lost-after",
                                    String.valueOf(lostAfter.toMillis()),
                                    "--attached"));
            ProcessBuilder builder =
                    new ProcessBuilder(command.line()).redirectError(Redirect.INHERIT);
            builder.environment().putAll(environment);
            CoordinatorProcess coordinator =
                    new CoordinatorProcess(builder, address, output, onIn, onOut);
            coordinator.launch();
            return coordinator;
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the coordinator could not be started: " + e.getMessage(),
                    e);
        }
    }

    /** Returns where it listens, for the members' {@code JFT_COORDINATORS}. */
    public HostAndPort address() {
        return address;
    }

    /** Returns the process, for who wants to see it fail. */
    synchronized ProcessHandle handle() {
        return process.toHandle();
    }

    private synchronized void launch() throws IOException {
        starts++;
        process = builder.start();
        process.onExit().thenAccept(this::revive);
        BufferedReader lines = process.inputReader();
        Thread reader = new Thread(() -> hear(lines), "coordinator-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void hear(BufferedReader lines) {
        try (lines) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                hear(line, JftCoordinator.IN, onIn);
                hear(line, JftCoordinator.OUT, onOut);
            }
        } catch (IOException ignored) {
            // It has ended.
        }
    }

    private static void hear(String line, String word, LongConsumer listener) {
        if (line.startsWith(word)) {
            listener.accept(Long.parseLong(line.substring(word.length())));
        }
    }

    private synchronized void revive(Process ended) {
        if (closed) {
            return;
        }
        boolean again = starts < MAX_STARTS;
        output.printf(
                "the coordinator ended with code %d%s%n",
                ended.exitValue(), again ? " and is started again" : "");
        if (again) {
            try {
                launch();
            } catch (IOException e) {
                output.println("the coordinator could not be started again: " + e.getMessage());
            }
        }
    }

    /** Ends the coordinator. Idempotent; each call returns when it has ended. */
    @Override
    public void close() {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
        }
        try {
            last.getOutputStream().close(); // it takes that as a word to end, and cleans up
            if (!last.waitFor(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                last.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            output.println("the coordinator could not be told to end: " + e.getMessage());
            last.destroyForcibly();
        } catch (InterruptedException e) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
