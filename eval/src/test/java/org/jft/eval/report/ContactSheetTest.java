package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.eval.report.ContactSheet.Entry;
import org.jft.eval.report.ContactSheet.Guess;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ContactSheetTest {
    @Test
    void shouldPutEveryPictureIntoThePageAndAskForNothingElse() throws Exception {
        SweepReport report = Examples.withPanels(Examples.scores("sheet", 3, 2));
        String page =
                HtmlReport.render(report, CurveChart.svg(report), ResidualChart.svg(report), "");
        Document document = Documents.parse(page);
        List<Element> pictures = Documents.elements(document, "img");
        List<Entry> images = report.mistakes().orElseThrow().images();
        assertThat(pictures).hasSameSizeAs(images);
        for (int i = 0; i < images.size(); i++) {
            String source = pictures.get(i).getAttribute("src");
            assertThat(source).startsWith("data:image/jpeg;base64,");
            assertThat(Base64.getDecoder().decode(source.substring(source.indexOf(',') + 1)))
                    .isEqualTo(images.get(i).jpeg());
        }
        assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
        assertThat(page)
                .contains("the surest first", "The run is points/a-run: 100%, seed 0.")
                .contains("Images: sets/pictograms/test. Drawn for a test, CC0.");
    }

    @Test
    void shouldMarkWhatIsRightAndRoundNoMistakeToCertainty() {
        String page = HtmlMistakes.render(Examples.sheet(3));
        assertThat(page)
                .contains("<span class=\"wrong\"><i>dog</i> &gt;99%</span>")
                .contains("<span class=\"wrong\"><i>dog</i> 98%</span>")
                .contains("<span class=\"right\"><i>animal</i> &lt;1%</span>");
    }

    @Test
    void shouldEscapeTheNamesOfClassesAndFiles() throws Exception {
        String hostile = "</i><script>\"'&";
        ContactSheet sheet =
                new ContactSheet(
                        hostile,
                        hostile,
                        hostile,
                        hostile,
                        List.of(
                                new Entry(
                                        hostile,
                                        new byte[] {1},
                                        List.of(new Guess(hostile, 0.5, true)),
                                        List.of(new Guess(hostile, 0.5, false)))),
                        "");
        String page = HtmlMistakes.render(sheet);
        assertThat(page).doesNotContain("<script");
        Document document = Documents.parse("<div>" + page + "</div>");
        assertThat(Documents.texts(document, "i")).containsExactly(hostile, hostile);
        assertThat(Documents.elements(document, "img").get(0).getAttribute("alt"))
                .isEqualTo(hostile);
    }

    @Test
    void shouldShowSixLabelsOfManyAndBreakLongNamesAtTheirSlashes() {
        List<Guess> labels =
                IntStream.range(0, 9).mapToObj(i -> new Guess("a/" + i, 0.5, true)).toList();
        Entry image = new Entry("row 0", new byte[] {1}, labels, labels.subList(0, 1));
        String page =
                HtmlMistakes.render(new ContactSheet("r", "y", "set", "", List.of(image), ""));
        assertThat(page).contains("<i>a/<wbr/>5</i>", "<small>and 3 more</small>");
        assertThat(page).doesNotContain("<i>a/<wbr/>6</i>");
    }

    @Test
    void shouldSayWhyThereIsNone() {
        assertThat(HtmlMistakes.render(ContactSheet.without("points/x", "y", "it is gone: a & b")))
                .isEqualTo("<p class=\"note\">It is gone: a &amp; b.</p>\n");
    }

    @Test
    void shouldWriteTheMistakesForPrograms() throws Exception {
        SweepReport report = Examples.withPanels(Examples.scores("sheet", 3, 2));
        JsonNode mistakes = new ObjectMapper().readTree(CurveJson.render(report)).get("mistakes");
        assertThat(mistakes).hasSize(24);
        JsonNode second = mistakes.get(1);
        assertThat(second.get("run_folder").asText()).isEqualTo("points/a-run");
        assertThat(second.get("place").asText()).isEqualTo("shard-00000.parquet row 1");
        assertThat(second.get("labels").get(0).get("class").asText())
                .isEqualTo(":a_rather_long_name_1:");
        assertThat(second.get("predictions").get(0).get("probability").asDouble()).isEqualTo(0.99);
        assertThat(second.get("predictions").get(1).get("right").asBoolean()).isTrue();
    }
}
