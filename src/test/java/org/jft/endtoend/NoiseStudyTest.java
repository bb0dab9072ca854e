package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small study of label noise, from its YAML to its page. */
class NoiseStudyTest {
    private static final String GRID =
            """
            eval:
              subsets: [100%]
              seeds: [0, 1]
              sweep:
                noise:
                  clean: {}
                  wrong: {precision: 0.6, recall: 1, kind: uniform, confidences: calibrated}
                objective:
                  sigmoid: {name: sigmoid, confidence: ignore}
                  confidence weight: {name: sigmoid, confidence: weight}
                  small loss: {name: small_loss, confidence: ignore, drop_images: 0.5}
            """;

    @TempDir static Path folder;

    /** Shapes are learnt within 60 steps, so a wrong label has a loss that stands out. */
    @Test
    void shouldCompareObjectivesAtEachNoiseAndFindTheWrongLabels() throws IOException {
        SyntheticSet.make(folder);
        String tiny = Files.readString(folder.resolve("tiny.yaml"));
        Files.writeString(
                folder.resolve("noise.yaml"), tiny.replace("steps: 12", "steps: 60") + GRID);
        Result result =
                Command.run(JftEval.class, folder, "--config", "noise.yaml", "--out", "study");
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode curve = new ObjectMapper().readTree(folder.resolve("study/curve.json").toFile());
        JsonNode noise = curve.path("noise");
        assertThat(noise).hasSize(6);
        for (JsonNode row : noise) {
            boolean clean = row.path("noise").asText().startsWith("precision 100%");
            boolean first = row.path("objective").asText().equals("sigmoid");
            assertThat(row.path("difference").isNull()).isEqualTo(first);
            assertThat(row.path("wrong_label_auc").isNull()).isEqualTo(clean);
            if (!clean) {
                assertThat(row.path("wrong_label_auc").asDouble())
                        .isBetween(row.path("wrong_label_auc_blind").asDouble() + 0.05, 1.0);
                assertThat(row.path("missing_label_auc").isNull()).as("none are lost").isTrue();
            }
        }
        JsonNode weighted = noise.get(1);
        assertThat(weighted.path("difference").asDouble())
                .as("without noise every label is sure")
                .isEqualTo(0, within(1e-12));
        assertThat(noise.get(2).path("difference").asDouble()).isNotZero();
        assertThat(Files.readString(folder.resolve("study/report.html")))
                .contains("<h2>Label noise</h2>", "Wrong labels found by their loss");
        assertThat(Files.readString(folder.resolve("study/curve.csv")))
                .contains(",wrong_label_auc,0.");
    }
}
