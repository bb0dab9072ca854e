package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jft.eval.report.NoisePanel.Level;
import org.jft.eval.report.NoisePanel.Row;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Response;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class NoisePanelTest {
    /** Seeds differ by 0.03, pairs by 0.0014: only pairs can see a gain of 0.02. */
    @Test
    void shouldCompareObjectivesOnTheSameSeeds() {
        NoisePanel panel = Examples.noisy("noisy", 4).noise().get(0);
        Level clean = panel.levels().get(0);
        Level wrong = panel.levels().get(1);
        Map<Long, PairedDifference> none = panel.differences(clean, clean.rows().get(1));
        Map<Long, PairedDifference> gain = panel.differences(wrong, wrong.rows().get(1));
        assertThat(gain.keySet()).containsExactly(1000L, 4000L);
        for (long size : gain.keySet()) {
            assertThat(gain.get(size).mean()).isEqualTo(0.02, within(0.003));
            assertThat(gain.get(size).t().low()).isGreaterThan(0.01);
            assertThat(none.get(size).t().contains(0)).isTrue();
        }
    }

    @Test
    void shouldLeaveOutSeedsThatOneOfThemHasNot() {
        ReportSeries three = series(0.1, 0.2, 0.3);
        ReportSeries two = series(0.15, 0.25);
        ReportSeries one = series(0.15);
        Level level =
                new Level(
                        "",
                        "clean",
                        List.of(new Row("a", three), new Row("b", two), new Row("c", one)));
        NoisePanel panel = new NoisePanel("", List.of(level), 0.95);
        PairedDifference difference = panel.differences(level, level.rows().get(1)).get(100L);
        assertThat(difference.mean()).isEqualTo(0.05, within(1e-12));
        assertThat(difference.t().low()).as("of the two seeds").isEqualTo(0.05, within(1e-9));
        assertThat(panel.differences(level, level.rows().get(2))).as("a single pair").isEmpty();
    }

    private static ReportSeries series(double... scores) {
        List<ReportPoint> points = new ArrayList<>();
        for (int seed = 0; seed < scores.length; seed++) {
            points.add(
                    new ReportPoint("1%", 100, seed, Map.of("top1", scores[seed]), "r" + seed, 1));
        }
        return Examples.series("s" + scores.length, "top1", Response.SCORE, points);
    }

    @Test
    void shouldWriteWhatThePageShowsAsNumbers() throws Exception {
        JsonNode noise =
                new ObjectMapper().readTree(CurveJson.render(Examples.noisy("n", 3))).get("noise");
        assertThat(noise).hasSize(8);
        JsonNode plain = noise.get(0);
        assertThat(plain.get("noise").asText()).isEqualTo("precision 100%, recall 100%");
        assertThat(plain.get("objective").asText()).isEqualTo("sigmoid");
        assertThat(plain.get("difference").isNull()).isTrue();
        assertThat(plain.get("wrong_label_auc").isNull()).isTrue();
        JsonNode gain = noise.get(7);
        assertThat(gain.get("examples").asLong()).isEqualTo(4000);
        assertThat(gain.get("difference").asDouble()).isEqualTo(0.02, within(0.003));
        assertThat(gain.get("confidence_interval").get(0).asDouble()).isGreaterThan(0);
        assertThat(gain.get("wrong_label_auc").asDouble()).isEqualTo(0.92, within(1e-9));
        assertThat(gain.get("missing_label_auc").isNull()).isTrue();
    }

    /** A picture of the plain objective at each noise, then one of all objectives a noise. */
    @Test
    void shouldShowAPictureALevelAndTheDifferencesInTables() throws Exception {
        SweepReport report = Examples.noisy("noisy", 3);
        String page =
                HtmlReport.render(report, CurveChart.svg(report), ResidualChart.svg(report), "");
        Document html = Documents.parse(page);
        List<Element> titles = Documents.elements(html, "title");
        assertThat(titles)
                .extracting(Element::getTextContent)
                .contains("each noise, sigmoid", "clean", "wrong");
        assertThat(page)
                .contains("mAP@100 at 4,000 training images")
                .containsPattern("<strong>\\+[12]\\.\\d \\[")
                .contains("Wrong labels found by their loss: AUC at 4,000 training images")
                .contains("0.920", "<td>class alone</td><td>\u2013</td><td>0.610</td>")
                .doesNotContain("Missing labels found");
    }

    /** More series than colours: the main picture has those of the first objective. */
    @Test
    void shouldDrawOnePlainCurveALevelInTheMainPicture() throws Exception {
        SweepReport report = Examples.noisy("noisy", 3);
        assertThat(report.drawn())
                .extracting(ReportSeries::name)
                .containsExactly("clean, sigmoid", "wrong, sigmoid");
        assertThat(CurveChart.svg(report)).contains("clean, sigmoid").doesNotContain("smoothing");
        assertThat(report.colour(report.series().get(1))).isEqualTo(Palette.QUIET);
        assertThat(report.colour(report.series().get(2))).isEqualTo(Palette.series(1));
    }
}
