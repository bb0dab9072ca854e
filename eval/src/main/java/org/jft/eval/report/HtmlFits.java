package org.jft.eval.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jft.eval.scaling.DataNeed;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.Prediction;
import org.jft.eval.scaling.Response;

/** What the page says of the laws of a series. */
final class HtmlFits {
    private HtmlFits() {}

    /** One block a law: formula, parameters, quality, predictions, caveat; and how to read them. */
    static String render(ReportSeries series) {
        StringBuilder html = new StringBuilder("<div class=\"laws\">\n");
        for (FittedLaw fitted : series.fits()) {
            LawStyle style = LawStyle.of(fitted, series.response());
            html.append("<section style=\"border-top-color: ")
                    .append(style.colour())
                    .append("\">\n<h3>")
                    .append(Markup.escape(style.label()))
                    .append(chip(fitted))
                    .append("</h3>\n<p class=\"formula\">")
                    .append(style.formula())
                    .append("</p>\n");
            fitted.fit().ifPresent(fit -> html.append(numbers(series, fitted, fit)));
            if (!fitted.note().isEmpty()) {
                html.append("<p class=\"note\">")
                        .append(Markup.escape(sentence(fitted.note())))
                        .append("</p>\n");
            }
            html.append("</section>\n");
        }
        return html.append("</div>\n").append(choice(series)).append(reading(series)).toString();
    }

    private static String chip(FittedLaw fitted) {
        boolean identified = fitted.fit().map(Fit::identified).orElse(false);
        return identified
                ? " <span class=\"chip good\">identified</span>"
                : " <span class=\"chip poor\">not identified</span>";
    }

    private static String numbers(ReportSeries series, FittedLaw fitted, Fit fit) {
        MetricText text = MetricText.of(series);
        StringBuilder rows = new StringBuilder("<table>\n");
        fit.law()
                .parameters()
                .forEach(
                        (name, value) ->
                                rows.append(
                                        row(
                                                "<code>" + Markup.escape(name) + "</code>",
                                                Numbers.significant(value, 4),
                                                fitted.intervals()
                                                        .map(i -> i.parameters().get(name))
                                                        .map(HtmlFits::plain))));
        rows.append(row("R\u00b2", Double.isNaN(fit.r2()) ? "n/a" : Numbers.fixed(fit.r2(), 4)));
        String unit = series.response() == Response.SCORE ? " points" : "";
        rows.append(row("RMSE", text.difference(fit.rmse()) + unit));
        fit.lackOfFit()
                .ifPresent(lack -> rows.append(row("lack of fit", Markup.escape(lack.text()))));
        for (Prediction prediction : fitted.predictions()) {
            boolean beyond =
                    series.response() == Response.SCORE
                            && (prediction.value() > 1 || prediction.value() < 0);
            rows.append(
                    row(
                            "%s at %s\u00d7 data (%s)"
                                    .formatted(
                                            Markup.escape(text.label()),
                                            Numbers.plain(prediction.factor()),
                                            Numbers.count(prediction.examples())),
                            text.value(prediction.value())
                                    + (beyond ? " (no score: the law ends before)" : ""),
                            prediction.interval().map(text::value)));
        }
        fitted.need()
                .ifPresent(
                        need ->
                                rows.append(
                                        row(
                                                "images for %s %s"
                                                        .formatted(
                                                                Markup.escape(text.label()),
                                                                text.value(need.target())),
                                                images(need.examples()),
                                                need.interval().map(HtmlFits::images))));
        return rows.append("</table>\n").toString();
    }

    /** Writes what a target takes, with its interval. */
    static String need(DataNeed need) {
        return images(need.examples()) + need.interval().map(i -> " " + images(i)).orElse("");
    }

    private static String images(double count) {
        return Double.isInfinite(count) ? "never" : Numbers.count(count);
    }

    private static String images(Interval interval) {
        return "[%s, %s]".formatted(images(interval.low()), images(interval.high()));
    }

    private static String row(String name, String value) {
        return row(name, value, Optional.empty());
    }

    private static String row(String name, String value, Optional<String> interval) {
        return "<tr><th scope=\"row\">%s</th><td class=\"number\">%s</td><td>%s</td></tr>\n"
                .formatted(name, value, interval.orElse(""));
    }

    private static String plain(Interval interval) {
        return "[%s, %s]"
                .formatted(
                        Numbers.significant(interval.low(), 4),
                        Numbers.significant(interval.high(), 4));
    }

    private static String choice(ReportSeries series) {
        ReportSeries.Choice choice = series.choice();
        StringBuilder html =
                new StringBuilder("<p class=\"reading\">Chosen law: ")
                        .append(Markup.escape(LawStyle.label(choice.law())))
                        .append("; ")
                        .append(Markup.escape(choice.reason()))
                        .append(".");
        if (!choice.extrapolation().isEmpty()) {
            List<String> errors =
                    choice.extrapolation().entrySet().stream()
                            .sorted(Map.Entry.comparingByValue())
                            .map(
                                    e ->
                                            LawStyle.label(e.getKey())
                                                    + " "
                                                    + Numbers.significant(e.getValue(), 2))
                            .toList();
            html.append(" Extrapolation RMSE of log error on held-out sizes: ")
                    .append(Markup.escape(String.join(", ", errors)))
                    .append(".");
        }
        return html.append("</p>\n").toString();
    }

    private static String reading(ReportSeries series) {
        Set<String> methods = new LinkedHashSet<>();
        for (FittedLaw fitted : series.fits()) {
            fitted.intervals()
                    .ifPresent(
                            i ->
                                    methods.add(
                                            "Brackets are %s%% bootstrap intervals; %s."
                                                    .formatted(
                                                            Numbers.plain(100 * i.level()),
                                                            i.method())));
        }
        String intervals =
                methods.isEmpty()
                        ? ""
                        : String.join(" ", methods)
                                + " They say how much other seeds would move a fit if its law holds,"
                                + " not whether the law holds: look at the residuals and at where"
                                + " the laws part. ";
        return "<p class=\"reading\">%sn counts training images; R\u00b2 and RMSE are over all runs"
                        .formatted(Markup.escape(intervals))
                + ", on the metric's own scale.</p>\n";
    }

    /** Makes a sentence of a note: a capital where it starts, a full stop where it ends. */
    static String sentence(String note) {
        return Character.toUpperCase(note.charAt(0)) + note.substring(1) + ".";
    }
}
