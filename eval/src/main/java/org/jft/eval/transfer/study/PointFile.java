package org.jft.eval.transfer.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;

/** A point that is done, as JSON, valid for the key it names. */
record PointFile(Path file) {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** All scores by name, and what was chosen for them on held-out images. */
    record Outcome(Map<String, Double> metrics, String chosen) {}

    /** Computes a point. */
    @FunctionalInterface
    interface Work {
        Outcome get() throws InterruptedException;
    }

    /** Returns what is there of this key; else computes and keeps it. */
    Outcome orElse(JsonNode key, Work work) throws InterruptedException {
        Optional<Outcome> before = read(key);
        if (before.isPresent()) {
            return before.get();
        }
        Outcome outcome = work.get();
        write(key, outcome);
        return outcome;
    }

    private Optional<Outcome> read(JsonNode key) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode tree = JSON.readTree(file.toFile());
            // Through text: a number that was read is of another class than one that was put.
            if (!tree.path("key").toString().equals(key.toString())) {
                return Optional.empty();
            }
            Map<String, Double> metrics = new LinkedHashMap<>();
            tree.path("metrics")
                    .properties()
                    .forEach(e -> metrics.put(e.getKey(), e.getValue().asDouble()));
            return Optional.of(new Outcome(metrics, tree.path("chosen").asText()));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void write(JsonNode key, Outcome outcome) {
        ObjectNode tree = JSON.createObjectNode();
        tree.set("key", key);
        ObjectNode metrics = tree.putObject("metrics");
        outcome.metrics.forEach(metrics::put);
        tree.put("chosen", outcome.chosen);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            WholeFile.write(file, JSON.writeValueAsString(tree));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private JftException failure(IOException e) {
        return new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
    }
}
