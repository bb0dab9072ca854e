package org.jft.bench.scaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jft.bench.Contender;
import org.jft.bench.Rates;
import org.jft.cluster.launch.WorkerCommand;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.train.cli.ConfigOptions;
import org.jft.train.cli.JftTrain;
import org.jft.train.loop.RunFolder;

/**
 * A short run of jft-train in a process of its own and a folder that is deleted, so that any number
 * of workers starts as cold as any other.
 *
 * @param arguments of jft-train but {@code --out}; a metrics line every {@code steps / LINES}
 */
record TrainingRun(List<String> arguments) implements Contender {
    /** Metrics lines of a run; the first is the warm-up. */
    static final int LINES = 4;

    private static final String[] PARTS = {
        "data_wait_ms", "forward_ms", "backward_ms", "allreduce_ms", "update_ms"
    };

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * How its steps went, medians over the lines of metrics but the first.
     *
     * @param stepMs milliseconds of the parts of a step
     * @param exposedMs of these, waiting for the exchange
     * @param hiddenMs of the exchange, beside backward
     * @param sentBytes that rank 0 sent to others in a step
     */
    record Figures(
            double imagesPerSecond,
            double stepMs,
            double exposedMs,
            double hiddenMs,
            double sentBytes) {}

    /**
     * Prepares runs of a config, after checking that they can be run.
     *
     * @param overrides of its keys; steps and cadence are set here
     */
    static TrainingRun of(String config, List<String> overrides, int steps) {
        if (steps < LINES) {
            throw new ConfigException("--steps=%s must be at least %s".formatted(steps, LINES));
        }
        List<String> keys = new ArrayList<>(overrides);
        keys.add("train.epochs=");
        keys.add("train.steps=" + steps);
        keys.add("train.cadence.metrics_every=" + steps / LINES);
        keys.add("train.cadence.checkpoint_every=" + steps);
        Path data = Path.of(new ConfigOptions().load(config, keys).data().train());
        if (!Files.isDirectory(data)) {
            throw new ConfigException(
                    "%s is not here: 'jft-data synth %s' makes a synthetic one"
                            .formatted(data, data.getParent()));
        }
        List<String> arguments = new ArrayList<>(List.of("--config", config));
        keys.forEach(key -> arguments.addAll(List.of("--set", key)));
        return new TrainingRun(arguments);
    }

    @Override
    public double round() throws InterruptedException {
        return measure().imagesPerSecond();
    }

    Figures measure() throws InterruptedException {
        try {
            Path folder = Files.createTempDirectory("jft-bench");
            try {
                run(folder);
                return figures(new RunFolder(folder.resolve("run")).metrics());
            } finally {
                MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(Path folder) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--out", folder.resolve("run").toString()));
        WorkerCommand command = WorkerCommand.likeThisJvm(JftTrain.class.getName(), all);
        List<String> line = new ArrayList<>(List.of(command.java().toString()));
        line.addAll(command.jvmFlags());
        line.addAll(List.of("-cp", command.classPath(), command.mainClass()));
        line.addAll(command.arguments());
        Path output = folder.resolve("output.txt");
        Process process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            if (process.waitFor() != 0) {
                System.err.print(Files.readString(output));
                throw new JftException(
                        Category.ABORT_RUN, "jft-train failed, it has said why above");
            }
        } finally {
            process.destroy();
        }
    }

    private static Figures figures(Path metrics) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(metrics)) {
            lines.add(JSON.readTree(line));
        }
        List<JsonNode> warm = lines.subList(1, lines.size());
        return new Figures(
                median(warm, "images_per_second"),
                median(warm, PARTS),
                median(warm, "allreduce_ms"),
                median(warm, "allreduce_hidden_ms"),
                median(warm, "sent_bytes"));
    }

    private static double median(List<JsonNode> lines, String... keys) {
        return Rates.of(
                        lines.stream()
                                .map(
                                        line ->
                                                Stream.of(keys)
                                                        .mapToDouble(
                                                                key -> line.path(key).asDouble())
                                                        .sum())
                                .toList())
                .median();
    }
}
