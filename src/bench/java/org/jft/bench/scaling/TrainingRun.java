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
import org.jft.bench.Contender;
import org.jft.bench.Rates;
import org.jft.cluster.launch.WorkerCommand;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
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

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public double round() throws InterruptedException {
        try {
            Path folder = Files.createTempDirectory("jft-bench");
            try {
                run(folder);
                return imagesPerSecond(new RunFolder(folder.resolve("run")).metrics());
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

    private static double imagesPerSecond(Path metrics) throws IOException {
        List<Double> rates = new ArrayList<>();
        for (String line : Files.readAllLines(metrics)) {
            JsonNode values = JSON.readTree(line);
            rates.add(values.path("images_per_second").asDouble());
        }
        return Rates.of(rates.subList(1, rates.size())).median();
    }
}
