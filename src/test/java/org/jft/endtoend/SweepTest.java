package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jft-eval} from subsets to a report, and again. */
class SweepTest {
    @TempDir static Path folder;

    @Test
    void shouldTrainScoreFitAndReportThenReuseAllOfIt() throws IOException {
        SyntheticSet.make(folder);
        Result first = sweep();
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(folder.resolve("out"))
                .isDirectoryContaining("glob:**/curve.json")
                .isDirectoryContaining("glob:**/curve.csv")
                .isDirectoryContaining("glob:**/curve.svg")
                .isDirectoryContaining("glob:**/report.html");
        JsonNode curve = new ObjectMapper().readTree(folder.resolve("out/curve.json").toFile());
        assertThat(curve.path("points")).hasSize(4);
        long previous = 0;
        for (JsonNode point : curve.path("points")) {
            assertThat(point.path("metric").asText()).isEqualTo("map_at_100");
            assertThat(point.path("value").asDouble()).isBetween(0.0, 1.0);
            assertThat(point.path("examples").asLong()).isGreaterThanOrEqualTo(previous);
            previous = point.path("examples").asLong();
        }
        assertThat(previous).isEqualTo(400);
        assertThat(curve.path("fits"))
                .extracting(fit -> fit.path("law").asText())
                .containsExactly("log_linear", "saturating_power");

        String before = Files.readString(folder.resolve("out/curve.csv"));
        Result again = sweep();
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).containsPattern("(?s)(scored before.*){4}");
        assertThat(again.out()).doesNotContain("ETA");
        assertThat(folder.resolve("out/curve.csv")).hasContent(before);
    }

    private static Result sweep() {
        return Command.run(
                JftEval.class,
                folder,
                "--subset",
                "30%,400",
                "--config",
                "tiny.yaml",
                "--out",
                "out",
                "--set",
                "eval.seeds=[0,1]");
    }
}
