package org.jft.eval.sweep;

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

/**
 * The scores of one run on one held-out set, {@code score-1a2b3c4d.json} in its folder; valid for
 * the parameters, the held-out set and the number of crops it names.
 */
final class ScoreFile {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** What was scored on what, and in how many views of each image. */
    record Key(String parametersSha256, String testFingerprint, int crops) {}

    private final Path file;
    private final Key key;

    /**
     * @param run folder of the run
     */
    ScoreFile(Path run, Key key) {
        this.key = key;
        file =
                run.resolve(
                        "score-%.8s%s.json"
                                .formatted(
                                        key.testFingerprint(),
                                        key.crops() == 1 ? "" : "-%dcrops".formatted(key.crops())));
    }

    /** Returns the scores, unless they are of something else. */
    Optional<Map<String, Double>> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode tree = JSON.readTree(file.toFile());
            Key of =
                    new Key(
                            tree.path("parameters_sha256").asText(),
                            tree.path("test_fingerprint").asText(),
                            tree.path("crops").asInt(1));
            if (!of.equals(key)) {
                return Optional.empty();
            }
            Map<String, Double> metrics = new LinkedHashMap<>();
            tree.path("metrics")
                    .properties()
                    .forEach(e -> metrics.put(e.getKey(), e.getValue().asDouble()));
            return Optional.of(metrics);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    void write(Map<String, Double> metrics) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("parameters_sha256", key.parametersSha256());
        tree.put("test_fingerprint", key.testFingerprint());
        tree.put("crops", key.crops());
        ObjectNode values = tree.putObject("metrics");
        metrics.forEach(values::put);
        try {
            WholeFile.write(file, JSON.writeValueAsString(tree));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private JftException failure(IOException e) {
        return new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
    }
}
