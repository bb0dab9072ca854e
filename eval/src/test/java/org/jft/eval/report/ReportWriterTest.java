package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jft.core.failure.JftException;
import org.jft.eval.scaling.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

class ReportWriterTest {
    private static final String HOSTILE = "<script>alert('x')</script> & \"quotes\" \u0001 ]]>";

    @TempDir Path folder;

    @Test
    void shouldWriteTheFiveFilesAndNothingElse() throws Exception {
        Path target = folder.resolve("new/report");
        List<Path> files = ReportWriter.write(Examples.scores("five files", 3, 2), target);
        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly(
                        "curve.json", "curve.csv", "curve.svg", "residuals.svg", "report.html");
        try (Stream<Path> found = Files.list(target)) {
            assertThat(found).containsExactlyInAnyOrderElementsOf(files);
        }
    }

    @Test
    void shouldReplaceAnEarlierReport() throws Exception {
        ReportWriter.write(Examples.scores("the earlier one", 3, 2), folder);
        ReportWriter.write(Examples.scores("the later one", 3, 2), folder);
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("the later one")
                .doesNotContain("the earlier one");
    }

    @Test
    void shouldWriteTheSameBytesForTheSameReport() throws Exception {
        Path again = folder.resolve("again");
        for (Path file : ReportWriter.write(Examples.scores("same", 4, 2), folder)) {
            ReportWriter.write(Examples.scores("same", 4, 2), again);
            assertThat(again.resolve(file.getFileName())).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void shouldNameTheFolderThatCannotBeWritten() throws Exception {
        Path file = Files.createFile(folder.resolve("taken"));
        assertThatThrownBy(() -> ReportWriter.write(Examples.scores("x", 3, 1), file))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("the report cannot be written to " + file);
    }

    @Test
    void shouldWriteJsonWithExactlyTheseKeys() throws Exception {
        JsonNode root = json(Examples.scores("keys", 4, 2));
        assertThat(root.fieldNames())
                .toIterable()
                .containsExactly(
                        "points",
                        "fits",
                        "metric",
                        "config",
                        "data_fingerprint",
                        "commit",
                        "created",
                        "details");
        assertThat(root.get("points")).hasSize(8);
        assertThat(root.get("points").get(0).fieldNames())
                .toIterable()
                .containsExactly("subset", "examples", "seed", "metric", "value");
        assertThat(root.get("points").get(0).get("metric").asText()).isEqualTo("map_at_100");
        assertThat(root.get("points").get(0).get("examples").isIntegralNumber()).isTrue();
        JsonNode fit = root.get("fits").get(1);
        assertThat(fit.fieldNames())
                .toIterable()
                .containsExactly(
                        "law",
                        "parameters",
                        "confidence_interval",
                        "r2",
                        "rmse",
                        "identified",
                        "note",
                        "predictions");
        assertThat(fit.get("law").asText()).isEqualTo("saturating_power");
        for (String parameter : List.of("e_inf", "beta", "alpha")) {
            double value = fit.get("parameters").get(parameter).asDouble();
            JsonNode interval = fit.get("confidence_interval").get(parameter);
            assertThat(interval).hasSize(2);
            assertThat(value).isBetween(interval.get(0).asDouble(), interval.get(1).asDouble());
        }
        assertThat(fit.get("predictions").get(1).fieldNames())
                .toIterable()
                .containsExactly("factor", "examples", "value", "confidence_interval");
        assertThat(root.get("created").asText()).isEqualTo("2026-11-23T12:34:56Z");
        assertThat(root.get("config").get("train").get("epochs").asInt()).isEqualTo(4);
    }

    @Test
    void shouldWriteNullWhereThereIsNoNumber() throws Exception {
        JsonNode fits = json(Examples.scores("two sizes", 2, 1)).get("fits");
        assertThat(fits.get(0).get("confidence_interval").isNull()).isTrue();
        assertThat(fits.get(0).get("identified").asBoolean()).isFalse();
        assertThat(fits.get(0).get("note").asText()).contains("no interval");
        assertThat(fits.get(0).get("predictions").get(0).get("confidence_interval").isNull())
                .isTrue();
        assertThat(fits.get(1).get("parameters")).isEmpty();
        assertThat(fits.get(1).get("r2").isNull()).isTrue();
        assertThat(fits.get(1).get("rmse").isNull()).isTrue();
        assertThat(fits.get(1).get("predictions")).isEmpty();
        assertThat(fits.get(1).get("note").asText()).contains("3 parameters");
    }

    @Test
    void shouldWriteEveryMetricIntoTheTable() throws Exception {
        ReportWriter.write(Examples.scores("csv", 3, 2), folder);
        List<String> lines = Files.readAllLines(folder.resolve("curve.csv"));
        assertThat(lines.get(0))
                .isEqualTo("subset,examples,seed,metric,value,train_seconds,run_folder");
        assertThat(lines).hasSize(1 + 3 * 2 * 4);
        assertThat(lines.get(1)).matches("10%,128139,0,map_at_100,0\\.\\d+,\\d+\\.\\d+,runs/.*");
    }

    @Test
    void shouldQuoteTheTableByTheBook() {
        SweepReport report = hostile("say \"hi\", twice\nnow", "m");
        assertThat(CurveCsv.render(report)).contains("\"say \"\"hi\"\", twice\nnow\",100,0,m,0.1,");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "2, 3", "3, 1", "3, 2", "6, 3"})
    void shouldWriteAPageThatIsWellFormed(int sizes, int seeds) throws Exception {
        Document page = page(Examples.scores("page", sizes, seeds));
        assertThat(page.getDocumentElement().getTagName()).isEqualTo("html");
        assertThat(Documents.elements(page, "svg")).hasSize(2);
        assertThat(Documents.texts(page, "h2")).containsExactly("Fits", "Runs", "Provenance");
    }

    @Test
    void shouldWriteAPageThatAsksForNothingElse() throws Exception {
        ReportWriter.write(Examples.scores("self-contained", 3, 2), folder);
        String html = Files.readString(folder.resolve("report.html"));
        assertThat(html.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http")
                .doesNotContain("<script")
                .doesNotContain("<link")
                .doesNotContain("@import")
                .doesNotContain(" src=")
                .doesNotContain(" href=");
        assertThat(html.replaceAll("url\\(#[a-z-]+\\)", "")).doesNotContain("url(");
    }

    @Test
    void shouldShowEveryRunAndItsProvenance() throws Exception {
        String text = page(Examples.scores("shown", 3, 2)).getDocumentElement().getTextContent();
        assertThat(text)
                .contains("1,281,167", "runs/sweep/100pct-seed1", "0123456789abcdef")
                .contains("sha256:9f86d081", "--subset 10%,32%,100%", "2026-11-23 12:34 UTC")
                .contains("held-out set", "\"global_batch\" : 256", "resnet50 <sweep>");
    }

    @Test
    void shouldEscapeWhateverItIsGiven() throws Exception {
        SweepReport report = hostile(HOSTILE, HOSTILE);
        ReportWriter.write(report, folder);
        String html = Files.readString(folder.resolve("report.html"));
        assertThat(html).doesNotContain("<script").doesNotContain("\u0001");
        assertThat(Documents.texts(Documents.parse(html), "h1"))
                .containsExactly(HOSTILE.replace('\u0001', '\uFFFD'));
        Documents.parse(Files.readString(folder.resolve("curve.svg")));
        Documents.parse(Files.readString(folder.resolve("residuals.svg")));
        JsonNode json = new ObjectMapper().readTree(folder.resolve("curve.json").toFile());
        assertThat(json.get("metric").asText()).isEqualTo(HOSTILE);
    }

    @Test
    void shouldRefuseAPointWithoutTheFittedMetric() {
        SweepReport good = Examples.scores("x", 3, 1);
        assertThatThrownBy(
                        () ->
                                new SweepReport(
                                        "x",
                                        "mIoU",
                                        Response.SCORE,
                                        good.points(),
                                        good.fits(),
                                        good.provenance()))
                .hasMessageContaining("has no mIoU");
    }

    @Test
    void shouldOrderPointsLikeTheirResiduals() {
        SweepReport good = Examples.scores("x", 4, 2);
        List<ReportPoint> reversed = new ArrayList<>(good.points());
        Collections.reverse(reversed);
        SweepReport report = Examples.report("x", "map_at_100", Response.SCORE, reversed);
        for (int i = 0; i < report.points().size(); i++) {
            ReportPoint point = report.points().get(i);
            var fit = report.fits().get(0).fit().orElseThrow();
            assertThat(fit.residuals().get(i))
                    .isCloseTo(
                            report.value(point) - fit.law().valueAt(point.examples()),
                            within(1e-12));
        }
    }

    private JsonNode json(SweepReport report) throws Exception {
        ReportWriter.write(report, folder);
        return new ObjectMapper().readTree(folder.resolve("curve.json").toFile());
    }

    private Document page(SweepReport report) throws Exception {
        ReportWriter.write(report, folder);
        return Documents.parse(Files.readString(folder.resolve("report.html")));
    }

    private static SweepReport hostile(String text, String metric) {
        List<ReportPoint> points = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            points.add(new ReportPoint(text, 100L * i, 0, Map.of(metric, 0.1 * i), text, 1));
        }
        return Examples.report(text, metric, Response.SCORE, points);
    }
}
