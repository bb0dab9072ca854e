package org.jft.train.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;
import org.jft.data.shard.DropList;
import org.jft.data.shard.SampleKey;

/**
 * The files of one run.
 *
 * <pre>
 *  config.json      the config as it was given, with all defaults but the engine's
 *  classes.txt      names of the network's classes in the order of its outputs, one a line
 *  images_of.txt    names of the classes whose images alone take part, if data.images_of has any
 *  drop_train.txt   keys of the images that training drops, if any
 *  job.json         the same, for worker processes that are starting
 *  .lock            held by the run's rank 0, or by all workers of an elastic job
 *  .leader          which generation of an elastic job writes here
 *  .leader.lock     held by the worker that writes a checkpoint for those that cannot meet
 *  checkpoints/     step-000001200.zip, newest last
 *  metrics.jsonl    one line every train.cadence.metrics_every steps
 *  quarantine.tsv   images that could not be read, if any
 *  summary.json     written when the run is complete
 * </pre>
 */
public record RunFolder(Path root) {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Returns the config's file. */
    public Path config() {
        return root.resolve("config.json");
    }

    /** Returns the metrics' file. */
    public Path metrics() {
        return root.resolve("metrics.jsonl");
    }

    /** Returns the file that says the run is complete. */
    public Path summary() {
        return root.resolve("summary.json");
    }

    /** Returns the file that says which generation of an elastic job writes here. */
    Path leader() {
        return root.resolve(".leader");
    }

    /** Returns the checkpoints. */
    public CheckpointFolder checkpoints(int keep) {
        return new CheckpointFolder(root.resolve("checkpoints"), keep);
    }

    /** Reads the checkpoint of one step; of no other, were it corrupt. */
    public Checkpoint checkpointOf(long step) {
        return CheckpointFile.read(checkpoints(1).file(step));
    }

    /** Returns the file that hands the config to worker processes, before it is known to fit. */
    Path job() {
        return root.resolve("job.json");
    }

    /** Writes the config for worker processes. */
    void writeJob(RunConfig config) {
        write(job(), ConfigLoader.toJson(config) + "\n");
    }

    /** Writes the config. */
    public void writeConfig(RunConfig config) {
        write(config(), ConfigLoader.toJson(config) + "\n");
    }

    /** Writes the names of the network's classes: a list as {@code data.classes} takes it. */
    void writeClasses(List<String> names) {
        write(root.resolve("classes.txt"), String.join("\n", names) + "\n");
    }

    /** Writes the names of the classes whose images alone take part. */
    void writeImagesOf(List<String> names) {
        write(root.resolve("images_of.txt"), String.join("\n", names) + "\n");
    }

    /** Writes the keys of the images that training drops: a list as {@code data.drop_train}. */
    void writeDropped(DropList dropped) {
        Path file = root.resolve("drop_train.txt");
        try {
            Files.createDirectories(root);
            WholeFile.writeLines(file, dropped.keys().map(SampleKey::toString));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Writes the summary, whole or not at all. */
    public void writeSummary(JsonNode summary) {
        try {
            write(summary(), JSON.writeValueAsString(summary) + "\n");
        } catch (IOException e) {
            throw failure(summary(), e);
        }
    }

    /** Removes the summary of what was another run, or another data set. */
    void dropSummary() {
        try {
            Files.deleteIfExists(summary());
        } catch (IOException e) {
            throw failure(summary(), e);
        }
    }

    /** Reads the summary of a complete run. */
    public Optional<JsonNode> readSummary() {
        if (!Files.exists(summary())) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(summary().toFile()));
        } catch (IOException e) {
            throw failure(summary(), e);
        }
    }

    private void write(Path file, String text) {
        try {
            Files.createDirectories(root);
            WholeFile.write(file, text);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static JftException failure(Path file, IOException e) {
        return new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
    }
}
