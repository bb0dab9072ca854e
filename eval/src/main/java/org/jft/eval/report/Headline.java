package org.jft.eval.report;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.Intervals;
import org.jft.eval.scaling.LackOfFit;
import org.jft.eval.scaling.LogLinear;
import org.jft.eval.scaling.Prediction;
import org.jft.eval.scaling.Response;

/**
 * The report in two sentences, computed from the fits.
 *
 * @param claim what each tenfold of data does
 * @param outlook what ten times the largest size would give; empty without a prediction
 */
record Headline(String claim, String outlook) {
    private static final double FACTOR = 10;

    static Headline of(SweepReport report) {
        return report.series().size() == 1
                ? of(report.series().get(0))
                : new Headline(range(report), best(report));
    }

    private static Headline of(ReportSeries series) {
        MetricText text = MetricText.of(series);
        String claim =
                line(series).map(fitted -> claim(fitted, text)).orElseGet(() -> unfitted(series));
        return new Headline(claim, outlook(series, text));
    }

    private static Optional<FittedLaw> line(ReportSeries series) {
        return series.fits().stream()
                .filter(f -> f.law().equals(LogLinear.NAME) && f.fit().isPresent())
                .findFirst();
    }

    private static double slope(FittedLaw line) {
        return ((LogLinear) line.fit().orElseThrow().law()).b();
    }

    /** What data does in all series, from where it does least to where it does most. */
    private static String range(SweepReport report) {
        MetricText text = MetricText.of(report.series().get(0));
        DoubleSummaryStatistics slopes =
                report.series().stream()
                        .flatMap(series -> line(series).stream())
                        .mapToDouble(Headline::slope)
                        .summaryStatistics();
        if (slopes.getCount() == 0) {
            return unfitted(report.series().get(0));
        }
        return "Each 10\u00d7 of training images changes %s by %s to %s%s, over %d series."
                .formatted(
                        text.label(),
                        text.difference(slopes.getMin()),
                        text.difference(slopes.getMax()),
                        text.response() == Response.SCORE ? " points" : "",
                        slopes.getCount());
    }

    /** Which series is ahead on its largest subset. */
    private static String best(SweepReport report) {
        MetricText text = MetricText.of(report.series().get(0));
        List<ReportSeries> ranked = ReportSeries.ranked(report.series());
        ReportSeries first = ranked.get(0);
        ReportSeries last = ranked.get(ranked.size() - 1);
        return "On the largest subset %s is ahead with %s; %s has %s. Means over seeds."
                .formatted(
                        first.name(),
                        text.value(first.means().lastEntry().getValue()),
                        last.name(),
                        text.value(last.means().lastEntry().getValue()));
    }

    private static String claim(FittedLaw fitted, MetricText text) {
        double b = slope(fitted);
        Optional<Interval> interval = fitted.intervals().map(i -> i.parameters().get("b"));
        boolean score = text.response() == Response.SCORE;
        String amount = text.difference(b);
        String range = interval.map(i -> " " + text.difference(i, b)).orElse("");
        String sentence =
                score && b >= 0
                        ? "Each 10\u00d7 of training images adds %s points of %s%s."
                                .formatted(amount, text.label(), range)
                        : "Each 10\u00d7 of training images changes %s by %s%s%s."
                                .formatted(text.label(), amount, score ? " points" : "", range);
        if (interval.filter(i -> i.contains(0)).isPresent()) {
            sentence += " The interval holds 0: these runs do not show an effect of data.";
        }
        return sentence
                + lackOfFit(fitted)
                        .map(
                                lack ->
                                        " The sizes do not lie on that line within the spread of"
                                                + " seeds (%s): a slope on average."
                                                        .formatted(lack.text()))
                        .orElse("");
    }

    private static Optional<LackOfFit> lackOfFit(FittedLaw fitted) {
        return fitted.fit().flatMap(Fit::lackOfFit).filter(LackOfFit::significant);
    }

    private static String unfitted(ReportSeries series) {
        long sizes = series.points().stream().map(ReportPoint::examples).distinct().count();
        return "%d %s and no line through them: run at least two sizes to see what data adds."
                .formatted(sizes, sizes == 1 ? "size" : "sizes");
    }

    private static String outlook(ReportSeries series, MetricText text) {
        List<String> expectations =
                series.fits().stream()
                        .filter(fitted -> ahead(fitted).isPresent())
                        .map(fitted -> expectation(fitted, series, text))
                        .toList();
        if (expectations.isEmpty()) {
            return "";
        }
        String intervals =
                series.fits().stream()
                        .flatMap(fitted -> fitted.intervals().stream())
                        .findFirst()
                        .map(Headline::legend)
                        .orElse(" No intervals: too few runs to resample.");
        return "With %s\u00d7 the data of the largest subset (%s images), %s.%s"
                .formatted(
                        Numbers.plain(FACTOR),
                        Numbers.count(FACTOR * series.curve().largest()),
                        String.join("; ", expectations),
                        intervals);
    }

    private static Optional<Prediction> ahead(FittedLaw fitted) {
        return fitted.predictions().stream().filter(p -> p.factor() == FACTOR).findFirst();
    }

    private static String legend(Intervals intervals) {
        return " Brackets: %s%% bootstrap intervals."
                .formatted(Numbers.plain(100 * intervals.level()));
    }

    private static String expectation(FittedLaw fitted, ReportSeries series, MetricText text) {
        Prediction ahead = ahead(fitted).orElseThrow();
        return "the %s fit expects %s%s%s"
                .formatted(
                        LawStyle.of(fitted, series.response()).label(),
                        text.value(ahead.value()),
                        ahead.interval().map(i -> " " + text.value(i)).orElse(""),
                        caveat(fitted));
    }

    private static String caveat(FittedLaw fitted) {
        if (!fitted.fit().orElseThrow().identified()) {
            return " (not identified)";
        }
        return lackOfFit(fitted).isPresent() ? " (off the runs)" : "";
    }
}
