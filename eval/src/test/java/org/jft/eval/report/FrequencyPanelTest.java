package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jft.eval.report.FrequencyPanel.Bucket;
import org.jft.eval.report.FrequencyPanel.Cell;
import org.jft.eval.report.FrequencyPanel.Line;
import org.jft.eval.scaling.Response;
import org.jft.eval.transfer.classification.ClassScores;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class FrequencyPanelTest {
    private static final float NO_IMAGES = Float.NaN;

    @Test
    void shouldPutEveryNumberOfImagesIntoOneBucketOfHalfADecade() {
        Bucket before = Bucket.of(0);
        assertThat(before).isEqualTo(new Bucket(0, 0));
        for (long images = 1; images < 200_000; images++) {
            Bucket bucket = Bucket.of(images);
            assertThat(images).isBetween(bucket.from(), bucket.to());
            assertThat(bucket).isIn(before, new Bucket(before.to() + 1, bucket.to()));
            before = bucket;
        }
        assertThat(List.of(0L, 1L, 2L, 3L, 29L, 30L, 999L, 1000L, 29_999L, 300_000L))
                .extracting(images -> Bucket.of(images).label())
                .containsExactly(
                        "0",
                        "1\u20132",
                        "1\u20132",
                        "3\u20139",
                        "10\u201329",
                        "30\u201399",
                        "300\u2013999",
                        "1K\u20133K",
                        "10K\u201330K",
                        "300K\u20131M");
    }

    /** By hand: t of two runs at 95% is 12.706, their mean's error half their difference. */
    @Test
    void shouldAverageOverTheClassesOfABucketAndThenOverSeeds() {
        long[] train = {0, 5, 9, 40, 7};
        long[] test = {3, 2, 8, 50, 0};
        ReportSeries series =
                series(
                        "one",
                        point(100, 0, train, test, 0.0f, 0.2f, 0.4f, 0.9f, NO_IMAGES),
                        point(100, 1, train, test, 0.1f, 0.22f, 0.4f, 0.1f, NO_IMAGES));
        FrequencyPanel panel = FrequencyPanel.of(List.of(series), 0.95);
        assertThat(FrequencyPanel.buckets(panel.lines()))
                .containsExactly(new Bucket(0, 0), new Bucket(3, 9), new Bucket(30, 99));
        Line line = panel.lines().get(0);
        Cell rare = line.cell(new Bucket(3, 9)).orElseThrow();
        assertThat(rare.classes()).as("one has no held-out image").isEqualTo(2);
        assertThat(rare.ofRuns().get(0)).isEqualTo(0.30, within(1e-6));
        assertThat(rare.mean()).isEqualTo(0.305, within(1e-6));
        assertThat(rare.interval().orElseThrow().low())
                .isEqualTo(0.305 - 12.706 * 0.005, within(1e-4));
        Cell frequent = line.cell(new Bucket(30, 99)).orElseThrow();
        assertThat(frequent.interval().orElseThrow().low()).as("no score is below").isZero();
        assertThat(frequent.interval().orElseThrow().high()).isEqualTo(1);
    }

    @Test
    void shouldGiveNoIntervalToOneRun() {
        ReportSeries series = series("one", point(100, 0, new long[] {4}, new long[] {2}, 0.5f));
        FrequencyPanel panel = FrequencyPanel.of(List.of(series), 0.95);
        assertThat(panel.lines().get(0).cells().get(0).interval()).isEmpty();
        SweepReport report = Examples.report("one", List.of(series), List.of(), List.of());
        assertThat(HtmlFrequency.render(report, panel, "")).contains("One run each");
    }

    @Test
    void shouldSayWhichRunsWereNotScoredByClass() {
        long[] one = {1};
        ReportPoint without = new ReportPoint("1%", 50, 0, Map.of("top1", 0.1), "points/old", 1);
        ReportSeries series = series("one", point(100, 0, one, one, 0.5f), without);
        FrequencyPanel panel = FrequencyPanel.of(List.of(series), 0.95);
        assertThat(panel.lines()).isEmpty();
        assertThat(panel.obstacle())
                .startsWith("1 of 2 runs have no scores by class")
                .endsWith("points/old");
        SweepReport report = Examples.report("one", List.of(series), List.of(), List.of());
        assertThat(HtmlFrequency.render(report, panel, "")).contains("class=\"note\"");
    }

    @Test
    void shouldDrawEverySizeOfOneSeriesAndTheLargestOfSeveral() {
        SweepReport one = Examples.withPanels(Examples.scores("one", 3, 2));
        assertThat(one.frequency().orElseThrow().drawn(one))
                .extracting(line -> FrequencyPanel.label(one, line))
                .containsExactly("128,139 images", "405,176 images", "1,281,167 images");
        SweepReport several = Examples.withPanels(Examples.several("several", 2));
        assertThat(several.frequency().orElseThrow().drawn(several))
                .extracting(Line::examples, line -> FrequencyPanel.label(several, line))
                .hasSize(6)
                .contains(tuple(100_000L, "resnet7s, equal epochs"));
    }

    @Test
    void shouldDrawMeansInTheirSlotsInsideTheFrame() throws Exception {
        SweepReport report = Examples.withPanels(Examples.scores("A & B", 3, 3));
        FrequencyPanel panel = report.frequency().orElseThrow();
        String svg = FrequencyChart.svg(report, panel);
        Document document = Documents.parse(svg);
        List<String> texts = Documents.texts(document, "text");
        FrequencyPanel.buckets(panel.lines())
                .forEach(bucket -> assertThat(texts).contains(bucket.label()));
        List<Element> dots = Documents.elements(document, "circle");
        assertThat(dots).hasSize(panel.lines().stream().mapToInt(l -> l.cells().size()).sum());
        for (Element dot : dots) {
            assertThat(Documents.number(dot, "cx")).isBetween(74.0, 850.0);
            assertThat(Documents.number(dot, "cy")).isBetween(70.0, 378.0);
        }
        for (Element whisker : Documents.elements(document, "line")) {
            assertThat(Documents.number(whisker, "y1")).isBetween(50.0, 386.0);
        }
        assertThat(svg).doesNotContain("NaN");
        assertThat(Raster.png(svg)).isNotEmpty();
    }

    @Test
    void shouldWriteTheSameNumbersIntoPageTableAndJson() throws Exception {
        long seed = System.nanoTime();
        SweepReport report =
                Examples.withPanels(Examples.scores("same", 2 + new Random(seed).nextInt(3), 2));
        FrequencyPanel panel = report.frequency().orElseThrow();
        JsonNode json =
                new ObjectMapper().readTree(CurveJson.render(report)).get("class_frequency");
        String page = HtmlFrequency.render(report, panel, "");
        String csv = FrequencyCsv.render(panel);
        int at = 0;
        for (Line line : panel.lines()) {
            for (Cell cell : line.cells()) {
                JsonNode node = json.get(at++);
                assertThat(node.get("examples").asLong()).isEqualTo(line.examples());
                assertThat(node.get("train_images").get(1).asLong()).isEqualTo(cell.bucket().to());
                assertThat(node.get("classes").asInt()).isEqualTo(cell.classes());
                double mean = node.get("average_precision").asDouble();
                assertThat(mean).isEqualTo(cell.mean());
                assertThat(node.get("confidence_interval").get(0).asDouble())
                        .isLessThanOrEqualTo(mean);
                assertThat(page).contains("<strong>" + Numbers.fixed(100 * mean, 1) + "</strong>");
            }
        }
        assertThat(json).as("seed %s", seed).hasSize(at);
        assertThat(csv.lines()).hasSize(1 + 2 * at);
        assertThat(csv.lines().toList().get(1))
                .matches("all,.*%,\\d+,0,\\d+,\\d+,\\d+,0\\.\\d+.*,runs.*");
    }

    private static ReportSeries series(String name, ReportPoint... points) {
        return Examples.series(name, "top1", Response.SCORE, List.of(points));
    }

    private static ReportPoint point(
            long examples, long seed, long[] train, long[] test, float... precision) {
        return new ReportPoint(
                "10%",
                examples,
                seed,
                Map.of("top1", 0.5),
                "points/" + seed,
                1,
                Optional.of(new ClassScores(train, test, precision)));
    }
}
