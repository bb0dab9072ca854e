package org.jft.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jft.data.image.TestImages;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Sample;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class SurveyPageTest {
    @TempDir private Path folder;

    @Test
    void shouldCountWhatIsInTheSet() {
        try (DataSet data = ColourSet.make(folder, 40)) {
            Survey survey = Survey.of(data);
            assertThat(survey.classes().imagesOfClass()).containsExactly(30, 30, 10);
            assertThat(survey.classes().observedNoise().precision()).isEqualTo(30 / 40.0);
            assertThat(survey.observedLabels().count(1)).isEqualTo(40);
            assertThat(survey.filledLabels().count(2)).isEqualTo(30);
            assertThat(survey.shortSides().least()).isEqualTo(20); // widths 20..59, height 30
            assertThat(survey.shortSides().most()).isEqualTo(30);
            assertThat(survey.longSides().most()).isEqualTo(59);
            assertThat(survey.duplicates()).isZero();
            assertThat(survey.totalBytes()).isBetween(40L * 60, 40L * 400);
            assertThat(Worst.of(3, survey.classes().noiseOfClass()::precision, 9))
                    .containsExactly(0, 1, 2); // warm and red: 20 of 30, green: 10 of 10
            assertThat(Worst.of(3, survey.classes().noiseOfClass()::recall, 1)).containsExactly(2);
            assertThat(survey.doubtfulTags()).isEmpty();
            assertThat(survey.judgedTags()).isZero(); // no label stands beside another
            assertThat(survey.doubtfulNames()).containsExactly(new DoubtfulName(0, "program text"));
        }
    }

    @Test
    void shouldCountARowAsADuplicateOnceForEachEarlierOneOfItsBytes() {
        byte[] first = TestImages.png(TestImages.plain(4, 4, 1));
        byte[] second = TestImages.png(TestImages.plain(4, 4, 2));
        try (DataSetWriter writer =
                DataSetWriter.create(
                        folder, "train", Taxonomy.flat(List.of("x")), ShardLayout.DEFAULT, false)) {
            for (byte[] image : List.of(first, second, first, first)) {
                writer.add(new Sample(image, null, 4, 4, Labels.NONE, null));
            }
            writer.finish();
        }
        try (DataSet data = DataSet.open(folder)) {
            assertThat(Survey.of(data).duplicates()).isEqualTo(2);
        }
    }

    @Test
    void shouldBeOneWellFormedPageThatNeedsNothingElse() throws Exception {
        try (DataSet data = ColourSet.make(folder, 40)) {
            String html = SurveyPage.render(data, Survey.of(data));
            Document page = parse(html);
            assertThat(page.getElementsByTagName("script").getLength()).isZero();
            assertThat(page.getElementsByTagName("polyline").getLength()).isEqualTo(2);
            assertThat(html)
                    .doesNotContain("src=", "href=", "url(", "@import", "warm <b>")
                    .contains("warm &lt;b&gt;", "prefers-color-scheme: dark", "width=device-width")
                    .contains("<strong>40</strong><span>images")
                    .contains("<td class=\"number\">0.750</td>")
                    .contains("Lowest precision", "<td class=\"name\">from 0.6</td>")
                    .contains("No label stands beside others");
        }
    }

    @Test
    void shouldShowAnEmptySet() throws Exception {
        try (DataSet data = ColourSet.make(folder, 0)) {
            String html = SurveyPage.render(data, Survey.of(data));
            parse(html);
            assertThat(html).contains("No image has clean labels").doesNotContain("NaN");
        }
    }

    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replace("<!DOCTYPE html>", ""))));
    }
}
