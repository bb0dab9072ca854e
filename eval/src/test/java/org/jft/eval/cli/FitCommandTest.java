package org.jft.eval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.cli.CommandRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitCommandTest {
    private static final String HEADER = "Domain,Task,Model,Seen Examples,Loss,Training\n";

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String csv, String... more) throws IOException {
        Path file = folder.resolve("curves.csv");
        Files.writeString(file, csv);
        List<String> arguments = new ArrayList<>(List.of("fit", "--csv", file.toString()));
        arguments.addAll(List.of(more));
        return CommandRunner.run(
                new JftEval(),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                arguments.toArray(String[]::new));
    }

    /** error = 0.1 + 30 n^-0.5 at seven sizes, of which the last is held out. */
    private static String exact(String model) {
        StringBuilder csv = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            double n = 1000 * Math.pow(4, i);
            double loss = 0.1 + 30 / Math.sqrt(n);
            csv.append("Vision,5-shot,%s,%s,%s,%d%n".formatted(model, n, loss, i < 6 ? 1 : 0));
        }
        return csv.toString();
    }

    @Test
    void shouldPrintAnObjectForEveryCurveAndLaw() throws IOException {
        int code = run(HEADER + exact("\"BiT, 50x1\"") + exact("ViT"), "--json");
        assertThat(code).as(err.toString()).isZero();
        List<JsonNode> rows = new ArrayList<>();
        ObjectMapper mapper = new ObjectMapper();
        for (String line : out.toString().lines().toList()) {
            rows.add(mapper.readTree(line));
        }
        assertThat(rows).hasSize(12);
        assertThat(rows.get(0).path("curve").asText()).isEqualTo("Vision / 5-shot / BiT, 50x1");
        JsonNode saturating =
                rows.stream()
                        .filter(row -> row.path("law").asText().equals("saturating_power"))
                        .findFirst()
                        .orElseThrow();
        assertThat(saturating.path("extrapolation_log_rmse").asDouble()).isLessThan(1e-6);
        assertThat(saturating.path("parameters").path("e_inf").asDouble())
                .isBetween(0.0999, 0.1001);
        assertThat(rows.stream().filter(row -> row.path("chosen").asBoolean())).hasSize(2);
    }

    @Test
    void shouldTellTheMeanOverCurvesOfEachLaw() throws IOException {
        assertThat(run(HEADER + exact("a") + exact("b"))).isZero();
        assertThat(out.toString())
                .contains("Vision / 5-shot / a: 6 points, 1 held out")
                .containsPattern("saturating_power +0\\.0000  over 2 curves")
                .containsPattern("chosen +0\\.0000  over 2 curves");
    }

    @Test
    void shouldFitACurveThatHoldsNothingOut() throws IOException {
        assertThat(run(HEADER + exact("a").replaceAll(",0\\R", ",1\n"), "--json")).isZero();
        assertThat(out.toString()).contains("\"extrapolation_log_rmse\":null");
    }

    @Test
    void shouldSayWhichLawsNeedMoreSizes() throws IOException {
        String two = "V,t,m,1000,0.5,1\nV,t,m,2000,0.4,1\n";
        assertThat(run(HEADER + two)).isZero();
        assertThat(out.toString())
                .contains("saturating_power")
                .contains("the law's 3 parameters need as many sizes; the curve has 2");
    }

    @Test
    void shouldNameTheLineThatCannotBeRead() throws IOException {
        assertThat(run(HEADER + "V,t,m,1000,0.5,1\nV,t,m,-3,0.4,1\n")).isEqualTo(1);
        assertThat(err.toString())
                .contains("curves.csv: line 3: Seen Examples '-3' must be a positive number");
    }

    @Test
    void shouldNameTheColumnThatIsMissing() throws IOException {
        assertThat(run("Domain,Task,Model,Seen Examples,Loss\nV,t,m,1,1\n")).isEqualTo(1);
        assertThat(err.toString()).contains("has no column 'Training'");
    }
}
