package org.jft.eval.sweep;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;
import org.jft.eval.transfer.classification.ClassScores;
import org.jft.eval.transfer.classification.Mistake;

/**
 * The scores of one run on one held-out set, {@code score-1a2b3c4d.json} in its folder; valid for
 * the parameters, the held-out set and the number of crops it names.
 *
 * <pre>
 *   parameters_sha256, test_fingerprint, crops
 *   metrics    {name: value}
 *   by_class   {train_positives [K], test_positives [K], average_precision [K]}
 *              ids ascending, as in the run's classes.txt, or in eval.classes if that is given;
 *              null without held-out images
 *   mistakes   [{row, labels [{id, probability}], predictions [{id, probability}]}]   hardest first
 * </pre>
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
    Optional<RunScores> read() {
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
            return of.equals(key) ? Optional.of(scores(tree)) : Optional.empty();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    void write(RunScores scores) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("parameters_sha256", key.parametersSha256());
        tree.put("test_fingerprint", key.testFingerprint());
        tree.put("crops", key.crops());
        ObjectNode metrics = tree.putObject("metrics");
        scores.metrics().forEach(metrics::put);
        scores.byClass().ifPresent(byClass -> tree.set("by_class", tree(byClass)));
        tree.set("mistakes", JSON.valueToTree(scores.mistakes()));
        try {
            WholeFile.write(file, JSON.writeValueAsString(tree));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static RunScores scores(JsonNode tree) throws IOException {
        Map<String, Double> metrics = new LinkedHashMap<>();
        tree.path("metrics")
                .properties()
                .forEach(e -> metrics.put(e.getKey(), e.getValue().asDouble()));
        JsonNode byClass = tree.path("by_class");
        List<Mistake> mistakes =
                tree.has("mistakes")
                        ? JSON.convertValue(tree.path("mistakes"), new TypeReference<>() {})
                        : List.of();
        return new RunScores(
                metrics,
                byClass.isMissingNode() ? Optional.empty() : Optional.of(byClass(byClass)),
                mistakes);
    }

    private static ObjectNode tree(ClassScores scores) {
        ObjectNode node = JSON.createObjectNode();
        ArrayNode train = node.putArray("train_positives");
        ArrayNode test = node.putArray("test_positives");
        ArrayNode precision = node.putArray("average_precision");
        for (int k = 0; k < scores.size(); k++) {
            train.add(scores.trainPositives()[k]);
            test.add(scores.testPositives()[k]);
            float ap = scores.averagePrecision()[k];
            if (Float.isNaN(ap)) {
                precision.addNull();
            } else {
                precision.add(ap);
            }
        }
        return node;
    }

    private static ClassScores byClass(JsonNode node) {
        JsonNode ap = node.path("average_precision");
        float[] precision = new float[ap.size()];
        for (int k = 0; k < precision.length; k++) {
            precision[k] = ap.get(k).isNull() ? Float.NaN : ap.get(k).floatValue();
        }
        return new ClassScores(
                counts(node.path("train_positives")),
                counts(node.path("test_positives")),
                precision);
    }

    private static long[] counts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    private JftException failure(IOException e) {
        return new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
    }
}
