package org.jft.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A command run the way a user runs it: its own process, its own working folder. */
final class Command {
    /** What a finished command left. */
    record Result(int exitCode, String out, String err) {}

    /**
     * Environment of many processes that live for seconds: the second compiler takes more than it
     * gives.
     */
    static final Map<String, String> QUICK = Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");

    private final Process process;
    private final Path out;
    private final Path err;

    private Command(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts a command.
     *
     * @param main its main class
     * @param folder where it runs; its output is kept there
     */
    static Command start(Class<?> main, Path folder, String... arguments) {
        return start(main, folder, Map.of(), arguments);
    }

    /** The same, with variables in the command's environment. */
    static Command start(
            Class<?> main, Path folder, Map<String, String> environment, String... arguments) {
        return start(line -> line, main, folder, environment, arguments);
    }

    /** The same, run by way of another command, which gets this one's line. */
    static Command start(
            UnaryOperator<List<String>> by,
            Class<?> main,
            Path folder,
            Map<String, String> environment,
            String... arguments) {
        try {
            Path out = Files.createTempFile(folder, "stdout", ".txt");
            Path err = Files.createTempFile(folder, "stderr", ".txt");
            List<String> line = new ArrayList<>(java());
            line.addAll(ClassArchive.flags());
            line.add("-Djft.home=" + home());
            line.add("-cp");
            line.add(ClassArchive.classPath());
            line.add(main.getName());
            line.addAll(List.of(arguments));
            ProcessBuilder builder =
                    new ProcessBuilder(by.apply(line))
                            .directory(folder.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().putAll(environment);
            return new Command(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the start of a command's line, which depends on no command. */
    static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-Djavacpp.platform=linux-x86_64",
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"); // half of a short run is compiling otherwise
    }

    /** Starts a command and waits for its end. */
    static Result run(Class<?> main, Path folder, String... arguments) {
        return start(main, folder, arguments).await();
    }

    /** The same, with variables in the command's environment. */
    static Result run(
            Class<?> main, Path folder, Map<String, String> environment, String... arguments) {
        return start(main, folder, environment, arguments).await();
    }

    /** Returns the project's root: the folder above the module this test runs in. */
    static Path home() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve("configs")) ? here : here.getParent();
    }

    Result await() {
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                killAll();
                throw new AssertionError(
                        "still running after 5 minutes:\n" + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something holds while the command runs; fails when it ends first. */
    static void await(Command command, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (!command.process.isAlive()) {
                throw new AssertionError("ended early: " + command.await());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Returns whether it has not ended yet. */
    boolean runs() {
        return process.isAlive();
    }

    /** Returns the process. */
    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Returns the exit code of a command that has ended. */
    int exitCode() {
        return process.exitValue();
    }

    /** Returns what it has said on standard error so far. */
    String errSoFar() {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the processes this command has started. */
    List<ProcessHandle> workers() {
        try (Stream<ProcessHandle> all = process.descendants()) {
            return all.toList();
        }
    }

    /** SIGTERM for the command alone. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL for the command and all it started, workers last: nobody can tidy up. */
    void killAll() {
        List<ProcessHandle> workers = workers();
        process.destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        workers.forEach(worker -> worker.onExit().join());
    }
}
