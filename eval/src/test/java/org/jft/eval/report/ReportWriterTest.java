package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jft.core.failure.JftException;
import org.jft.eval.scaling.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportWriterTest {
    private static final String HOSTILE = "<script>alert('x')</script> & \"quotes\" \u0001 ]]>";

    @TempDir Path folder;

    @Test
    void shouldWriteTheSixFilesAndNothingElse() throws Exception {
        Path target = folder.resolve("new/report");
        List<Path> files = ReportWriter.write(Examples.scores("five files", 3, 2), target);
        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly(
                        "curve.json",
                        "curve.csv",
                        "curve.svg",
                        "curve.png",
                        "residuals.svg",
                        "report.html");
        try (Stream<Path> found = Files.list(target)) {
            assertThat(found).containsExactlyInAnyOrderElementsOf(files);
        }
    }

    @Test
    void shouldWriteThreeMoreWhereClassesWereScored() {
        SweepReport report = Examples.withPanels(Examples.scores("nine files", 3, 2));
        assertThat(ReportWriter.write(report, folder))
                .extracting(file -> file.getFileName().toString())
                .containsExactly(
                        "curve.json",
                        "curve.csv",
                        "curve.svg",
                        "curve.png",
                        "residuals.svg",
                        "class-frequency.svg",
                        "class-frequency.png",
                        "class-frequency.csv",
                        "report.html");
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

    /** A point's ring is the colour of its series where the drawing puts it, at twice its place. */
    @Test
    void shouldPaintThePictureAsItIsDrawn() throws Exception {
        SweepReport report = Examples.several("painted", 2);
        ReportWriter.write(report, folder);
        BufferedImage image = ImageIO.read(folder.resolve("curve.png").toFile());
        Document svg = Documents.parse(Files.readString(folder.resolve("curve.svg")));
        assertThat(image.getWidth()).isEqualTo(1760);
        List<Element> circles = Documents.elements(svg, "circle");
        int seen = 0;
        for (Element circle : circles) {
            Color colour = Color.decode(circle.getAttribute("stroke"));
            int x = (int) (2 * Documents.number(circle, "cx"));
            int y = (int) (2 * Documents.number(circle, "cy"));
            int ring = (int) (2 * Documents.number(circle, "r"));
            for (int dy = -ring - 1; dy <= ring + 1; dy++) {
                if (near(new Color(image.getRGB(x, y + dy)), colour)) {
                    seen++;
                    break;
                }
            }
        }
        assertThat(seen).isGreaterThan(circles.size() * 3 / 4); // some lie under others
    }

    private static boolean near(Color a, Color b) {
        return Math.abs(a.getRed() - b.getRed())
                        + Math.abs(a.getGreen() - b.getGreen())
                        + Math.abs(a.getBlue() - b.getBlue())
                < 60;
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
                        "joint",
                        "comparisons",
                        "noise",
                        "class_frequency",
                        "mistakes",
                        "metric",
                        "config",
                        "data_fingerprint",
                        "commit",
                        "created",
                        "details");
        assertThat(root.get("points")).hasSize(8);
        assertThat(root.get("points").get(0).fieldNames())
                .toIterable()
                .containsExactly("subset", "examples", "seed", "metric", "value", "series");
        assertThat(root.get("points").get(0).get("metric").asText()).isEqualTo("map_at_100");
        assertThat(root.get("points").get(0).get("examples").isIntegralNumber()).isTrue();
        JsonNode fit = root.get("fits").get(1);
        assertThat(fit.fieldNames())
                .toIterable()
                .containsExactly(
                        "series",
                        "law",
                        "chosen",
                        "parameters",
                        "confidence_interval",
                        "r2",
                        "rmse",
                        "lack_of_fit",
                        "identified",
                        "note",
                        "extrapolation_log_rmse",
                        "predictions",
                        "target");
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
                .isEqualTo("subset,examples,seed,metric,value,train_seconds,run_folder,series");
        assertThat(lines).hasSize(1 + 3 * 2 * 4);
        assertThat(lines.get(1))
                .matches("10%,128139,0,map_at_100,0\\.\\d+,\\d+\\.\\d+,runs/.*,all");
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
    void shouldShowEverySeriesAndTheLawThroughThem() throws Exception {
        Document page = page(Examples.several("several", 2));
        assertThat(Documents.elements(page, "svg")).hasSize(2 + 2 * 6);
        assertThat(Documents.texts(page, "h2"))
                .containsExactly("Series", "Fits", "Data and model size", "Runs", "Provenance");
        assertThat(Documents.elements(page, "clipPath"))
                .extracting(clip -> clip.getAttribute("id"))
                .doesNotHaveDuplicates();
        assertThat(page.getDocumentElement().getTextContent())
                .contains("resnet27s, equal steps", "images for the target", "endless data");
        JsonNode joint = json(Examples.several("several", 2)).get("joint");
        assertThat(joint).hasSize(2);
        assertThat(joint.get(0).get("panel").asText()).isEqualTo("equal epochs");
        assertThat(joint.get(0).get("models").get(2).get("parameters").asLong())
                .isEqualTo(1_100_000);
        JsonNode alpha = joint.get(0).get("confidence_interval").get("alpha");
        assertThat(0.35).isBetween(alpha.get(0).asDouble(), alpha.get(1).asDouble());
    }

    /** A colour without a dark twin would be read on a dark page as it is on a white one. */
    @Test
    void shouldGiveEveryColourOfThePicturesADarkTwin() {
        SweepReport report = Examples.withPanels(Examples.several("dark", 2));
        String pictures =
                CurveChart.svg(report)
                        + ResidualChart.svg(report)
                        + FrequencyChart.svg(report, report.frequency().orElseThrow());
        String dark = Palette.darkRules();
        Matcher colours = Pattern.compile("(fill|stroke)=\"(#[0-9a-f]{6})\"").matcher(pictures);
        while (colours.find()) {
            assertThat(dark).contains("[%s=\"%s\"]".formatted(colours.group(1), colours.group(2)));
        }
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
        ReportSeries good = Examples.scores("x", 3, 1).series().get(0);
        assertThatThrownBy(
                        () ->
                                new ReportSeries(
                                        "x",
                                        "mIoU",
                                        Response.SCORE,
                                        good.points(),
                                        good.fits(),
                                        good.choice()))
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
            ReportSeries series = report.series().get(0);
            var fit = series.fits().get(0).fit().orElseThrow();
            assertThat(fit.residuals().get(i))
                    .isCloseTo(
                            series.value(point) - fit.law().valueAt(point.examples()),
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
