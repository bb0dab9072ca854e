package org.jft.bench.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jft.bench.Contender;
import org.jft.bench.Rates;
import org.jft.cluster.launch.WorkerCommand;
import org.jft.core.cli.CommandRunner;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;

/**
 * A competitor in a process of its own, where its memory, its threads and its allocator are its
 * own. Idle unless it is its turn; ends when closed, and by itself when this process ends.
 */
final class StepProcess implements Contender, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int YOUNG_MEBIBYTES = 32; // heap that garbage may touch before it is freed
    private static final int EXIT_SECONDS = 10;

    private final Competitor competitor;
    private final double turnSeconds;
    private final Process process;
    private final BufferedReader answers;
    private final double[] losses;
    private final List<Turn> turns = new ArrayList<>();

    /**
     * Starts a process and waits until it has taken its first steps.
     *
     * @param turnSeconds least time of a turn
     */
    StepProcess(Assignment assignment, double turnSeconds) throws IOException {
        this.competitor = assignment.competitor();
        this.turnSeconds = turnSeconds;
        process = start(assignment);
        answers = process.inputReader(StandardCharsets.UTF_8);
        try {
            losses = answer(double[].class);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    Competitor competitor() {
        return competitor;
    }

    /** Returns the mean losses of the first steps. */
    double[] losses() {
        return losses;
    }

    /** Takes a turn that does not count. */
    void warmUp() {
        turn();
    }

    @Override
    public double round() {
        Turn turn = turn();
        turns.add(turn);
        return turn.imagesPerSecond();
    }

    /** Returns the rates of all turns. */
    Rates rates() {
        return Rates.of(turns.stream().map(Turn::imagesPerSecond).toList());
    }

    /** Returns what a step allocates on the Java heap, the mean over all turns. */
    long garbageBytesPerStep() {
        long bytes = turns.stream().mapToLong(Turn::garbageBytes).sum();
        return bytes / turns.stream().mapToLong(Turn::steps).sum();
    }

    /** Returns the peak of the memory it has grown by; empty where unknown. */
    OptionalLong peakMebibytes() {
        Long peak = turns.get(turns.size() - 1).peakMebibytes();
        return peak == null ? OptionalLong.empty() : OptionalLong.of(peak);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly(); // it has ended already
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private Turn turn() {
        try {
            String command = turnSeconds + System.lineSeparator();
            process.getOutputStream().write(command.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw ended();
        }
        return answer(Turn.class);
    }

    private static Process start(Assignment assignment) throws IOException {
        WorkerCommand jvm = WorkerCommand.likeThisJvm(StepWorker.class.getName(), List.of());
        List<String> line = new ArrayList<>();
        line.add(jvm.java().toString());
        line.addAll(jvm.jvmFlags());
        if (jvm.jvmFlags().stream().noneMatch(flag -> flag.startsWith("-Xmn"))) {
            line.add("-Xmn" + YOUNG_MEBIBYTES + "m");
        }
        line.addAll(assignment.competitor().jvmFlags());
        line.addAll(List.of("-cp", jvm.classPath(), jvm.mainClass(), assignment.toJson()));
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("OMP_NUM_THREADS", Integer.toString(assignment.threads()));
        environment.putAll(assignment.competitor().environment());
        return builder.start();
    }

    private <T> T answer(Class<T> type) {
        try {
            String line = answers.readLine();
            while (line != null && !line.startsWith("{") && !line.startsWith("[")) {
                System.err.println(line); // a native library has printed it
                line = answers.readLine();
            }
            if (line == null) {
                throw ended();
            }
            return JSON.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not an answer of " + competitor.title(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns why there is no answer; the process itself has said more on standard error. */
    private JftException ended() {
        try {
            int code = process.waitFor();
            return code == CommandRunner.USAGE
                    ? new ConfigException(
                            "%s cannot run this, see above".formatted(competitor.title()))
                    : new JftException(
                            Category.ABORT_RUN,
                            "%s ended with exit code %d, see above"
                                    .formatted(competitor.title(), code));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new JftException(Category.ABORT_RUN, "interrupted", e);
        }
    }
}
