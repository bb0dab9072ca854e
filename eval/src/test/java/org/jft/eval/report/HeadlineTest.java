package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jft.eval.scaling.Response;
import org.junit.jupiter.api.Test;

class HeadlineTest {
    @Test
    void shouldSayWhatTenfoldDataAdds() {
        Headline headline = Headline.of(scores(0.1, 0.22, 0.34, 0.46));
        assertThat(headline.claim())
                .isEqualTo(
                        "Each 10\u00d7 of training images adds 12.0 points of top-1 accuracy"
                                + " [12.0, 12.0].");
        assertThat(headline.outlook())
                .startsWith(
                        "With 10\u00d7 the data of the largest subset (1M images), the"
                                + " log-linear fit expects 58.0 [58.0, 58.0]; the saturating power law fit")
                .endsWith("Brackets: 95% bootstrap intervals.");
    }

    @Test
    void shouldSayThatDataTakesAway() {
        assertThat(Headline.of(scores(0.5, 0.45, 0.4, 0.35)).claim())
                .startsWith(
                        "Each 10\u00d7 of training images changes top-1 accuracy by \u22125.0"
                                + " points");
    }

    @Test
    void shouldSayThatNoiseHidesAnEffect() {
        assertThat(Headline.of(scores(0.40, 0.44, 0.39, 0.43, 0.40, 0.42)).claim())
                .endsWith("The interval holds 0: these runs do not show an effect of data.");
    }

    @Test
    void shouldNotPromiseAnIntervalThatIsNotThere() {
        Headline headline = Headline.of(scores(0.1, 0.2, 0.25));
        assertThat(headline.claim()).doesNotContain("[");
        assertThat(headline.outlook())
                .doesNotContain("[")
                .contains("(not identified)")
                .endsWith("No intervals: too few runs to resample.");
    }

    @Test
    void shouldSayThatOneSizeIsNoCurve() {
        Headline headline = Headline.of(scores(0.1));
        assertThat(headline.claim()).startsWith("1 size and no line through them");
        assertThat(headline.outlook()).isEmpty();
    }

    @Test
    void shouldSpeakOfLossesAsTheyAre() {
        assertThat(Headline.of(Examples.losses()).claim())
                .startsWith(
                        "Each 10\u00d7 of training images changes log_perplexity by \u22120.2 [");
    }

    @Test
    void shouldSayOfSeveralSeriesWhatDataDoesAndWhoIsAhead() {
        Headline headline =
                Headline.of(
                        Examples.report(
                                "several",
                                List.of(
                                        series("small", 0.1, 0.2, 0.3),
                                        series("large", 0.1, 0.25, 0.4)),
                                List.of(),
                                List.of()));
        assertThat(headline.claim())
                .isEqualTo(
                        "Each 10\u00d7 of training images changes top-1 accuracy by 10.0 to 15.0"
                                + " points, over 2 series.");
        assertThat(headline.outlook())
                .isEqualTo(
                        "On the largest subset large is ahead with 40.0; small has 30.0. Means over"
                                + " seeds.");
    }

    private static ReportSeries series(String name, double... top1) {
        return Examples.series(name, "top1", Response.SCORE, points(top1));
    }

    private static SweepReport scores(double... top1) {
        return Examples.report("headline", "top1", Response.SCORE, points(top1));
    }

    private static List<ReportPoint> points(double... top1) {
        List<ReportPoint> points = new ArrayList<>();
        for (int i = 0; i < top1.length; i++) {
            long n = (long) Math.pow(10, i + 2);
            points.add(new ReportPoint(i + "%", n, 0, Map.of("top1", top1[i]), "runs/" + i, 1));
        }
        return points;
    }
}
