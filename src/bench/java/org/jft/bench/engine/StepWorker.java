package org.jft.bench.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The main class of a process that trains; {@link StepProcess} starts it and talks to it by lines:
 *
 * <pre>
 *   standard input         standard output
 *                          [loss, ...]       of the first steps, when it is ready
 *   SECONDS                {@link Turn} as JSON
 *   end of the stream      (ends at once, also in the middle of a step)
 * </pre>
 *
 * <p>Between turns it blocks on its input.
 */
@Command(name = "jft-bench-engine", description = "One competitor of an engine bench.")
final class StepWorker implements Runnable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FIRST_STEPS = 3; // two updates and their momentum show in the losses

    private final PrintStream answers;

    @Parameters(description = "An Assignment.")
    private String assignment;

    private final ThreadMXBean threads =
            (ThreadMXBean) ManagementFactory.getThreadMXBean(); // HotSpot's

    private StepWorker(PrintStream answers) {
        this.answers = answers;
    }

    public static void main(String[] args) {
        PrintStream answers = System.out;
        System.setOut(System.err); // nothing else may stand between the answers
        System.exit(CommandRunner.run(new StepWorker(answers), args));
    }

    @Override
    public void run() {
        BlockingQueue<String> commands = listen();
        Assignment task = Assignment.parse(assignment);
        Workload workload = Workload.of(task.job());
        loadLibraries(task.competitor());
        PeakMemory memory = PeakMemory.watch();
        try (TrainingStep step = step(task, workload)) {
            double[] losses = new double[FIRST_STEPS];
            for (int i = 0; i < FIRST_STEPS; i++) {
                losses[i] = step.step();
            }
            answer(losses);
            while (true) {
                double seconds = Double.parseDouble(commands.take());
                answer(turn(step, task.job().batch(), seconds, memory));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes steps until the time is over; at least one. */
    private Turn turn(TrainingStep step, int batch, double seconds, PeakMemory memory) {
        long startBytes = threads.getCurrentThreadAllocatedBytes();
        long startNs = System.nanoTime();
        int steps = 0;
        double passed;
        do {
            step.step();
            steps++;
            passed = (System.nanoTime() - startNs) / 1e9;
        } while (passed < seconds);
        long garbage = threads.getCurrentThreadAllocatedBytes() - startBytes;
        return new Turn(steps * batch, steps, passed, garbage, memory.grownMebibytes());
    }

    private static TrainingStep step(Assignment task, Workload workload) {
        Competitor who = task.competitor();
        StartWeights weights = new StartWeights(task.weights());
        return switch (who.kind()) {
            case OURS ->
                    new EngineStep(
                            Engines.named(who.engine()),
                            workload,
                            new EngineConfig(
                                    who.engine(), who.precision(), task.threads(), null, false),
                            weights);
            case LIBTORCH -> new LibtorchStep(workload, who.precision(), task.threads(), weights);
            case STOCK_DL4J -> new StockDl4jStep(workload, task.threads(), weights);
        };
    }

    /** Loads the competitor's native libraries, so that nobody's memory counts them. */
    private static void loadLibraries(Competitor who) {
        switch (who.kind()) {
            case OURS -> {
                EngineFactory factory = Engines.named(who.engine());
                factory.matrixMultiplyFlops(
                        new EngineConfig(who.engine(), Precision.FP32, 0, null, false));
            }
            case LIBTORCH -> Loader.load(torch.class);
            case STOCK_DL4J -> Nd4j.getEnvironment();
            default -> throw new IllegalStateException(who.toString());
        }
    }

    /** Reads commands in the background, where the end of the parent shows at once. */
    private static BlockingQueue<String> listen() {
        BlockingQueue<String> commands = new LinkedBlockingQueue<>();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                for (String line = in.readLine();
                                        line != null;
                                        line = in.readLine()) {
                                    commands.add(line);
                                }
                            } catch (IOException ignored) {
                                // The parent is gone, too.
                            }
                            Runtime.getRuntime().halt(0);
                        },
                        "commands");
        thread.setDaemon(true);
        thread.start();
        return commands;
    }

    private void answer(Object value) {
        try {
            answers.println(JSON.writeValueAsString(value));
            answers.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer cannot fail to render", e);
        }
    }
}
