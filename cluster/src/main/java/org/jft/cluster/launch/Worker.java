package org.jft.cluster.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A worker process and the threads that pass its lines on. */
final class Worker {
    private static final int SIGNALLED = 128;
    private static final int SIGTERM = 15;
    private static final Map<Integer, String> SIGNALS =
            Map.of(
                    6, "SIGABRT: the JVM crashed, see its hs_err file",
                    9, "SIGKILL: perhaps by the kernel, out of memory",
                    11, "SIGSEGV: the JVM crashed");

    private final int rank;
    private final String name;
    private final Process process;
    private final List<Thread> pumps = new ArrayList<>();

    private Worker(int rank, String name, Process process) {
        this.rank = rank;
        this.name = name;
        this.process = process;
    }

    /**
     * Starts a worker.
     *
     * @param name such as "rank 2"
     * @param output where its lines go, each after its name, except what rank 0 prints
     * @param rankZeroOutput where that goes, untouched
     */
    static Worker start(
            int rank,
            String name,
            WorkerCommand command,
            Map<String, String> member,
            PrintStream output,
            ProcessBuilder.Redirect rankZeroOutput)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.line());
        builder.environment().putAll(command.environment());
        builder.environment().putAll(member);
        if (rank == 0) {
            builder.redirectOutput(rankZeroOutput);
        }
        Worker worker = new Worker(rank, name, builder.start());
        worker.process.getOutputStream().close(); // nothing to read on standard input
        worker.pump(worker.process.getErrorStream(), output);
        if (rank != 0) {
            worker.pump(worker.process.getInputStream(), output);
        }
        return worker;
    }

    int rank() {
        return rank;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public String toString() {
        return name;
    }

    boolean alive() {
        return process.isAlive();
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** Returns the exit code of a worker that has ended. */
    int exitCode() {
        return process.exitValue();
    }

    /** Says how a worker ended: a JVM that was killed by signal s has exit code 128 + s. */
    String describeExit() {
        int code = exitCode();
        if (code <= SIGNALLED) {
            return "exited with code " + code;
        }
        int signal = code - SIGNALLED;
        if (signal == SIGTERM) {
            return "was told to end (SIGTERM)";
        }
        String name = SIGNALS.get(signal);
        return "was killed by signal " + signal + (name == null ? "" : " (" + name + ")");
    }

    /** Asks it to end: SIGTERM. By its handle: the process itself would close its streams first. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Ends it: SIGKILL. Returns when it is gone. */
    void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    boolean awaitExit(long deadlineNs) throws InterruptedException {
        return process.waitFor(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    /** Waits until its last lines are passed on; not for ever, a grandchild may hold the pipe. */
    void drain(long deadlineNs) throws InterruptedException {
        for (Thread pump : pumps) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            pump.join(Math.max(1, leftMs));
        }
    }

    private void pump(InputStream from, PrintStream to) {
        Thread thread = new Thread(() -> passOn(from, to), "output of " + name);
        thread.setDaemon(true);
        thread.start();
        pumps.add(thread);
    }

    private void passOn(InputStream from, PrintStream to) {
        byte[] prefix = "[%s] ".formatted(name).getBytes(StandardCharsets.UTF_8);
        byte[] chunk = new byte[8192];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (from) {
            for (int count = from.read(chunk); count >= 0; count = from.read(chunk)) {
                for (int i = 0; i < count; i++) {
                    if (line.size() == 0) {
                        line.write(prefix);
                    }
                    line.write(chunk[i]);
                    if (chunk[i] == '\n') {
                        flush(line, to);
                    }
                }
            }
            if (line.size() > 0) {
                line.write('\n');
                flush(line, to);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("output of " + name, e);
        }
    }

    /** One write a line, so that lines of several workers do not mix. */
    private static void flush(ByteArrayOutputStream line, PrintStream to) {
        byte[] bytes = line.toByteArray();
        to.write(bytes, 0, bytes.length);
        to.flush();
        line.reset();
    }
}
