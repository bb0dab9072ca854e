package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jft.eval.scaling.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ChartTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3", "2, 1", "2, 2", "3, 1", "3, 3", "6, 2"})
    void shouldDrawWellFormedPicturesInsideTheirFrame(int sizes, int seeds) throws Exception {
        SweepReport report = Examples.scores("A & B <\"quoted\">", sizes, seeds);
        for (String svg : List.of(CurveChart.svg(report), ResidualChart.svg(report))) {
            Document document = Documents.parse(svg);
            double width = Documents.number(document.getDocumentElement(), "width");
            double height = Documents.number(document.getDocumentElement(), "height");
            for (Element text : Documents.elements(document, "text")) {
                assertThat(Documents.number(text, "x")).isBetween(0.0, width - 20);
                assertThat(Documents.number(text, "y")).isBetween(10.0, height - 5);
            }
            for (Element circle : Documents.elements(document, "circle")) {
                assertThat(Documents.number(circle, "cx")).isBetween(24.0, width - 24);
                assertThat(Documents.number(circle, "cy")).isBetween(30.0, height - 40);
            }
            assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
            assertThat(Documents.texts(document, "title").get(0)).startsWith("A & B <\"quoted\">");
        }
    }

    @Test
    void shouldPlacePointsByTheAxes() throws Exception {
        SweepReport report = Examples.scores("placed", 5, 1);
        Document document = Documents.parse(CurveChart.svg(report));
        List<Element> circles = Documents.elements(document, "circle");
        List<Element> points = circles.subList(circles.size() - 5, circles.size());
        Element at10k = label(document, "30K");
        Element at1m = label(document, "300K");
        double decade = Documents.number(at1m, "x") - Documents.number(at10k, "x");
        Element y50 = label(document, "50");
        Element y60 = label(document, "60");
        double point = (Documents.number(y50, "y") - Documents.number(y60, "y")) / 10;
        for (int i = 0; i < 5; i++) {
            ReportPoint run = report.points().get(i);
            double x = Documents.number(at10k, "x") + decade * Math.log10(run.examples() / 3e4);
            double y =
                    Documents.number(y50, "y")
                            - 4.5
                            - point * (100 * report.series().get(0).value(run) - 50);
            assertThat(Documents.number(points.get(i), "cx")).isCloseTo(x, within(0.5));
            assertThat(Documents.number(points.get(i), "cy")).isCloseTo(y, within(0.5));
        }
    }

    @Test
    void shouldKeepLabelsApart() throws Exception {
        for (SweepReport report :
                List.of(Examples.scores("two laws that agree", 4, 3), Examples.losses(), flat())) {
            Document document = Documents.parse(CurveChart.svg(report));
            List<Element> texts = Documents.elements(document, "text");
            for (Element one : texts) {
                for (Element other : texts) {
                    if (one != other) {
                        double dx = Documents.number(one, "x") - Documents.number(other, "x");
                        double dy = Documents.number(one, "y") - Documents.number(other, "y");
                        assertThat(Math.abs(dx) > 20 || Math.abs(dy) > 13)
                                .as("%s and %s", one.getTextContent(), other.getTextContent())
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void shouldNameBothAxes() throws Exception {
        List<String> texts =
                Documents.texts(
                        Documents.parse(CurveChart.svg(Examples.scores("axes", 3, 2))), "text");
        assertThat(texts)
                .contains("training images (log scale)", "mAP@100 (%)", "one run", "mean of a size")
                .contains("log-linear, 95% interval", "beyond the data");
    }

    private static SweepReport flat() {
        List<ReportPoint> points = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            points.add(
                    new ReportPoint(
                            i + "%",
                            (long) Math.pow(10, i + 2),
                            0,
                            Map.of("top1", 0.5),
                            "runs/" + i,
                            1));
        }
        return Examples.report("flat", "top1", Response.SCORE, points);
    }

    private static Element label(Document document, String label) {
        return Documents.elements(document, "text").stream()
                .filter(text -> text.getTextContent().equals(label))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no label " + label));
    }
}
