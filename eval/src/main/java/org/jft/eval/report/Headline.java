package org.jft.eval.report;

import java.util.List;
import java.util.Optional;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.Intervals;
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
    static Headline of(SweepReport report) {
        MetricText text = MetricText.of(report);
        String claim =
                report.fits().stream()
                        .filter(f -> f.law().equals(LogLinear.NAME) && f.fit().isPresent())
                        .findFirst()
                        .map(fitted -> claim(fitted, text))
                        .orElseGet(() -> unfitted(report));
        return new Headline(claim, outlook(report, text));
    }

    private static String claim(FittedLaw fitted, MetricText text) {
        double b = ((LogLinear) fitted.fit().orElseThrow().law()).b();
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
        return interval.filter(i -> i.contains(0)).isPresent()
                ? sentence + " The interval holds 0: these runs do not show an effect of data."
                : sentence;
    }

    private static String unfitted(SweepReport report) {
        long sizes = report.points().stream().map(ReportPoint::examples).distinct().count();
        return "%d %s and no line through them: run at least two sizes to see what data adds."
                .formatted(sizes, sizes == 1 ? "size" : "sizes");
    }

    private static String outlook(SweepReport report, MetricText text) {
        List<String> expectations =
                report.fits().stream()
                        .filter(fitted -> !fitted.predictions().isEmpty())
                        .map(fitted -> expectation(fitted, report, text))
                        .toList();
        if (expectations.isEmpty()) {
            return "";
        }
        Prediction last = farthest(report);
        String intervals =
                report.fits().stream()
                        .flatMap(fitted -> fitted.intervals().stream())
                        .findFirst()
                        .map(Headline::legend)
                        .orElse(" No intervals: too few runs to resample.");
        return "With %s\u00d7 the data of the largest subset (%s images), %s.%s"
                .formatted(
                        Numbers.plain(last.factor()),
                        Numbers.count(last.examples()),
                        String.join("; ", expectations),
                        intervals);
    }

    private static String legend(Intervals intervals) {
        return " Brackets: %s%% bootstrap intervals."
                .formatted(Numbers.plain(100 * intervals.level()));
    }

    private static String expectation(FittedLaw fitted, SweepReport report, MetricText text) {
        Prediction last = fitted.predictions().get(fitted.predictions().size() - 1);
        return "the %s fit expects %s%s%s"
                .formatted(
                        LawStyle.of(fitted, report.response()).label(),
                        text.value(last.value()),
                        last.interval().map(i -> " " + text.value(i)).orElse(""),
                        fitted.fit().orElseThrow().identified() ? "" : " (not identified)");
    }

    private static Prediction farthest(SweepReport report) {
        List<Prediction> predictions =
                report.fits().stream()
                        .map(FittedLaw::predictions)
                        .filter(list -> !list.isEmpty())
                        .findFirst()
                        .orElseThrow();
        return predictions.get(predictions.size() - 1);
    }
}
