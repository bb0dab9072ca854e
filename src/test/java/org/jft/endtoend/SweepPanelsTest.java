package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jft.data.shard.DataSet;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sweep says of rare classes and of its hardest mistakes. */
class SweepPanelsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;

    @Test
    void shouldTellScoresByClassAndShowTheHardestMistakesAlsoOfAnEarlierSweep() throws IOException {
        SyntheticSet.make(folder);
        Files.writeString(folder.resolve("set/test/NOTICE.txt"), "Drawn here, CC0.\n");
        sweep();
        Path scores = scores("100pct");
        checkClasses(JSON.readTree(scores.toFile()));
        JsonNode curve = curve();
        assertThat(curve.path("class_frequency"))
                .extracting(row -> row.path("examples").asLong())
                .contains(400L);
        JsonNode mistakes = curve.path("mistakes");
        double before = 1;
        for (JsonNode mistake : mistakes) {
            JsonNode wrong = mistake.path("predictions").get(0);
            assertThat(wrong.path("right").asBoolean()).isFalse();
            assertThat(mistake.path("labels").toString())
                    .doesNotContain("\"class\":" + wrong.path("class"));
            assertThat(wrong.path("probability").asDouble()).isBetween(0.0, before);
            before = wrong.path("probability").asDouble();
            assertThat(mistake.path("place").asText()).contains("set/test");
        }
        assertThat(mistakes).hasSize(24);
        assertThat(page().split("src=\"data:image/jpeg")).hasSize(25);
        assertThat(page()).contains("Drawn here, CC0.", "Rare and frequent classes");

        String whole = Files.readString(scores);
        keepMetricsAlone(scores);
        sweep();
        assertThat(scores).as("scored anew").hasContent(whole);

        keepMetricsAlone(scores);
        try (Stream<Path> files = Files.list(scores.resolveSibling("checkpoints"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        sweep();
        assertThat(curve().path("class_frequency")).isEmpty();
        assertThat(curve().path("points")).isEqualTo(curve.path("points"));
        assertThat(page())
                .contains("1 of 2 runs have no scores by class", "and its checkpoint is gone")
                .doesNotContain("src=\"data:");
    }

    /** Counts anew, and puts the sweep's metric together from its classes. */
    private static void checkClasses(JsonNode scores) {
        JsonNode byClass = scores.path("by_class");
        try (DataSet train = DataSet.open(folder.resolve("set/train"))) {
            long[] counts = new long[train.classCount()];
            for (long row = 0; row < train.rowCount(); row++) {
                for (int id : train.taxonomy().fillUpward(train.labels(row)).ids()) {
                    counts[id]++;
                }
            }
            assertThat(JSON.convertValue(byClass.path("train_positives"), long[].class))
                    .isEqualTo(counts);
        }
        double sum = 0;
        double total = 0;
        for (int k = 0; k < byClass.path("test_positives").size(); k++) {
            double positives = byClass.path("test_positives").get(k).asDouble();
            JsonNode precision = byClass.path("average_precision").get(k);
            assertThat(precision.isNull()).isEqualTo(positives == 0);
            sum += positives * precision.asDouble();
            total += positives;
        }
        assertThat(scores.path("metrics").path("map_at_100").asDouble())
                .isEqualTo(sum / total, within(1e-6));
    }

    /** As an earlier version of this program left it. */
    private static void keepMetricsAlone(Path scores) throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(scores.toFile());
        Files.writeString(scores, tree.without(List.of("by_class", "mistakes")).toPrettyString());
    }

    private static Path scores(String subset) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("out/points"))) {
            return files.filter(file -> file.toString().contains(subset))
                    .filter(file -> file.getFileName().toString().startsWith("score-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static JsonNode curve() throws IOException {
        return JSON.readTree(folder.resolve("out/curve.json").toFile());
    }

    private static String page() throws IOException {
        return Files.readString(folder.resolve("out/report.html"));
    }

    /** Scored in ten crops, which the pictures of the page are not. */
    private static void sweep() {
        Result result =
                Command.run(
                        JftEval.class,
                        folder,
                        "--subset=30%,100%",
                        "--config=tiny.yaml",
                        "--set=data.image.resize=20",
                        "--set=eval.crops=10",
                        "--out=out");
        assertThat(result.exitCode()).as(result.err()).isZero();
    }
}
