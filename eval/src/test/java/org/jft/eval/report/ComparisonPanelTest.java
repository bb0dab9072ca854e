package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Response;
import org.junit.jupiter.api.Test;

class ComparisonPanelTest {
    private static final List<String> SUBSETS = List.of("9%", "100%"); // not in order of letters

    /** Of other numbers of images, as where some are dropped; seeds differ by more than series. */
    private static final ReportSeries PLAIN =
            series("plain", 1000, new double[] {0.2, 0.3, 0.4}, new double[] {0.5, 0.6, 0.4});

    private static final ReportSeries BETTER =
            series(
                    "<better>",
                    990,
                    new double[] {0.221, 0.319, 0.42},
                    new double[] {0.4, 0.7, 0.3});
    private static final ReportSeries ALONE =
            series("alone", 1000, new double[] {0.9}, new double[] {0.1, 0.2});

    private final ComparisonPanel panel =
            new ComparisonPanel("", List.of(PLAIN, BETTER, ALONE), 0.95);

    @Test
    void shouldCompareWithTheFirstOnTheSameSubsetsAndSeeds() {
        Map<String, PairedDifference> differences = panel.differences(BETTER);
        assertThat(differences.keySet()).containsExactly("9%", "100%");
        PairedDifference small = differences.get("9%");
        assertThat(small.mean()).isEqualTo(0.02, within(1e-12));
        // deviation 0.001, t(0.975, 2) = 4.302653
        assertThat(small.t().low()).isEqualTo(0.02 - 4.302653e-3 / Math.sqrt(3), within(1e-8));
        assertThat(differences.get("100%").t().contains(0)).isTrue();
        PairedDifference two = panel.differences(ALONE).get("100%");
        assertThat(two.mean()).as("of seeds 0 and 1").isEqualTo(-0.4, within(1e-12));
        assertThat(panel.differences(ALONE)).as("a single pair").doesNotContainKey("9%");
    }

    @Test
    void shouldShowMeansAndDifferencesAndWriteThemAsNumbers() throws Exception {
        SweepReport report =
                new SweepReport(
                        "compared",
                        panel.series(),
                        List.of(),
                        List.of(panel),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Examples.provenance());
        String page =
                HtmlReport.render(report, CurveChart.svg(report), ResidualChart.svg(report), "");
        Documents.parse(page);
        assertThat(page)
                .contains("<h2>Differences</h2>", "<th colspan=\"2\">9%</th>")
                .contains(
                        "<td>&lt;better&gt;</td><td class=\"number\">32.0</td>"
                                + "<td><strong>+2.0 [1.8, 2.2]</strong></td>")
                .contains("<td>alone</td><td class=\"number\">90.0</td><td></td>");
        JsonNode nodes = new ObjectMapper().readTree(CurveJson.render(report)).get("comparisons");
        assertThat(nodes).hasSize(2 * 2);
        JsonNode first = nodes.get(0);
        assertThat(first.get("series").asText()).isEqualTo("<better>");
        assertThat(first.get("against").asText()).isEqualTo("plain");
        assertThat(first.get("subset").asText()).isEqualTo("9%");
        assertThat(first.get("difference").asDouble()).isEqualTo(0.02, within(1e-12));
        assertThat(first.get("confidence_interval").get(0).asDouble()).isPositive();
        assertThat(nodes.get(2).get("mean").asDouble()).isEqualTo(0.9);
        assertThat(nodes.get(2).get("difference").isNull()).isTrue();
    }

    @Test
    void shouldRefuseASeriesAlone() {
        assertThatThrownBy(() -> new ComparisonPanel("x", List.of(PLAIN), 0.95))
                .hasMessageContaining("compared with nothing");
    }

    /** Scores by subset, then by seed. */
    private static ReportSeries series(String name, long images, double[]... scores) {
        List<ReportPoint> points = new ArrayList<>();
        for (int s = 0; s < scores.length; s++) {
            for (int seed = 0; seed < scores[s].length; seed++) {
                Map<String, Double> metrics = Map.of("top1", scores[s][seed]);
                long examples = images * (1 + 10L * s);
                points.add(new ReportPoint(SUBSETS.get(s), examples, seed, metrics, "run", 1));
            }
        }
        return Examples.series(name, "top1", Response.SCORE, points);
    }
}
