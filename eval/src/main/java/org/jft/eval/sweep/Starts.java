package org.jft.eval.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;
import org.jft.core.transfer.Backbone;

/**
 * The content of what runs start from, {@code model.init_from}: part of what names their folders.
 * Each run has it noted in its folder, {@code init_from.json}, so that the sweep finds the runs
 * that have started when their source is gone. Not thread-safe.
 */
final class Starts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE_NAME = "init_from.json";

    private final Path runs;
    private final Map<String, String> sha256 = new HashMap<>(); // by value of model.init_from
    private final Set<String> gone = new HashSet<>();

    /**
     * @param runs folder that holds the runs' folders; need not exist
     */
    Starts(Path runs) {
        this.runs = runs;
    }

    /**
     * Returns the SHA-256 of the parameters that a run starts from; empty if it draws them.
     *
     * @throws ConfigException when they are not there, and no run has started from them
     */
    String sha256(RunConfig config) {
        String from = config.model().initFrom();
        return from == null ? "" : sha256.computeIfAbsent(from, this::look);
    }

    private String look(String from) {
        try {
            return Backbone.open(Path.of(from)).sha256();
        } catch (ConfigException e) {
            gone.add(from);
            return noted(from).orElseThrow(() -> e);
        }
    }

    /**
     * Fails when what a run starts from is known from other runs alone.
     *
     * @throws ConfigException naming it
     */
    void require(RunConfig config) {
        if (gone.contains(config.model().initFrom())) {
            throw new ConfigException(
                    "model.init_from=%s is gone, and not all runs have started from it yet"
                            .formatted(config.model().initFrom()));
        }
    }

    /** Notes in a run's folder what it starts from. */
    void note(SweepRun run) {
        String from = run.config().model().initFrom();
        Path file = run.folder().root().resolve(FILE_NAME);
        if (from == null || Files.exists(file)) {
            return;
        }
        JsonNode note =
                JSON.createObjectNode()
                        .put("init_from", from)
                        .put("parameters_sha256", sha256(run.config()));
        try {
            Files.createDirectories(run.folder().root());
            WholeFile.write(file, note + "\n");
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Returns what runs have started from under that name, if it was always the same. */
    private Optional<String> noted(String from) {
        if (!Files.isDirectory(runs)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(runs)) {
            List<String> contents =
                    folders.map(folder -> folder.resolve(FILE_NAME))
                            .filter(Files::exists)
                            .map(Starts::read)
                            .filter(note -> note.path("init_from").asText().equals(from))
                            .map(note -> note.path("parameters_sha256").asText())
                            .distinct()
                            .toList();
            return contents.size() == 1 ? Optional.of(contents.get(0)) : Optional.empty();
        } catch (IOException e) {
            throw failure(runs, e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static JftException failure(Path file, IOException e) {
        return new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
    }
}
