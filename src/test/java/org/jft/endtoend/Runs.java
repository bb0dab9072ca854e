package org.jft.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.train.cli.JftTrain;

/** What runs left in their folders. */
record Runs(Path folder) {
    /**
     * How far a run whose workers changed may end from one whose workers did not, as a share of the
     * largest change of a parameter since an early checkpoint: only the order in which gradients
     * are added differs. The learning rate shrinks as steps grow in number, for training blows
     * differences up: 800 steps ended 3.1e-5 apart, at ten times this rate 7.6e-3 (2026-11-27).
     */
    static final double BOUND = 1e-3;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Returns what makes a run comparable after so many steps, and each of them visible. */
    static List<String> settings(int steps) {
        return List.of(
                "train.steps=" + steps,
                "train.schedule={kind: constant, learning_rate: %s}".formatted(0.06 / steps),
                "train.cadence={metrics_every: 1, checkpoint_every: 100, checksum_every: 5,"
                        + " keep_checkpoints: 1000}",
                "train.micro_batch=4",
                "engine.threads=1",
                "data.loader.threads=1");
    }

    /** Trains so many steps on one worker. */
    static Command.Result alone(Path folder, String run, int steps) {
        return start(folder, run, settings(steps)).await();
    }

    /** Starts to train on one worker. */
    static Command start(Path folder, String run, List<String> settings) {
        List<String> all = new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run));
        settings.forEach(setting -> all.addAll(List.of("--set", setting)));
        return Command.start(JftTrain.class, folder, all.toArray(String[]::new));
    }

    static List<Long> everyStep(int steps) {
        return LongStream.rangeClosed(1, steps).boxed().toList();
    }

    void awaitSteps(Command job, String run, long steps) {
        Command.await(job, () -> lastStep(run) >= steps);
    }

    /** Returns the step of the newest line of metrics; 0 before the first. */
    long lastStep(String run) {
        if (!Files.exists(folder.resolve(run).resolve("metrics.jsonl"))) {
            return 0;
        }
        List<Long> steps = steps(run);
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1);
    }

    /** Returns the steps of all whole lines of metrics. */
    List<Long> steps(String run) {
        return metrics(run).stream().map(line -> line.path("step").asLong()).toList();
    }

    /** Returns all whole lines of metrics. */
    List<JsonNode> metrics(String run) {
        return lines(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .filter(line -> line.endsWith("}"))
                .map(Runs::parse)
                .toList();
    }

    JsonNode summary(String run) {
        return parse(String.join("", lines(folder.resolve(run).resolve("summary.json"))));
    }

    List<String> checkpoints(String run) {
        return List.of(folder.resolve(run).resolve("checkpoints").toFile().list());
    }

    /** Returns the SHA-256 of the parameters in a complete run's checkpoint. */
    String parametersHash(String run) {
        float[] parameters = parameters(run, summary(run).path("steps").asLong());
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * parameters.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(parameters);
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns how far two runs ended from each other, as a share of how far the second went since
     * its first checkpoint.
     */
    double distance(String run, String reference, long steps) {
        float[] end = parameters(reference, steps);
        float[] earlier = parameters(reference, 100);
        return distance(parameters(run, steps), end) / distance(earlier, end);
    }

    /** Returns the parameters in a checkpoint. */
    float[] parameters(String run, long step) {
        FloatBuffer parameters =
                CheckpointFile.read(
                                folder.resolve(run)
                                        .resolve("checkpoints/step-%09d.zip".formatted(step)))
                        .parameters();
        float[] values = new float[parameters.remaining()];
        parameters.get(values);
        return values;
    }

    /** Returns the largest difference of a parameter. */
    static double distance(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
