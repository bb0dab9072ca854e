package org.jft.eval.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.Prediction;
import org.jft.eval.scaling.Response;

/** The tables of the page. */
final class HtmlTables {
    private HtmlTables() {}

    /** One block a law: formula, parameters, quality, predictions, caveat. */
    static String fits(SweepReport report) {
        StringBuilder html = new StringBuilder("<div class=\"laws\">\n");
        for (FittedLaw fitted : report.fits()) {
            LawStyle style = LawStyle.of(fitted, report.response());
            html.append("<section style=\"border-top-color: ")
                    .append(style.colour())
                    .append("\">\n<h3>")
                    .append(Markup.escape(style.label()))
                    .append(chip(fitted))
                    .append("</h3>\n<p class=\"formula\">")
                    .append(style.formula())
                    .append("</p>\n");
            fitted.fit().ifPresent(fit -> html.append(numbers(report, fitted, fit)));
            if (!fitted.note().isEmpty()) {
                html.append("<p class=\"note\">")
                        .append(Markup.escape(sentence(fitted.note())))
                        .append("</p>\n");
            }
            html.append("</section>\n");
        }
        return html.append("</div>\n").append(reading(report)).toString();
    }

    private static String chip(FittedLaw fitted) {
        boolean identified = fitted.fit().map(Fit::identified).orElse(false);
        return identified
                ? " <span class=\"chip good\">identified</span>"
                : " <span class=\"chip poor\">not identified</span>";
    }

    private static String numbers(SweepReport report, FittedLaw fitted, Fit fit) {
        MetricText text = MetricText.of(report);
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
                                                        .map(HtmlTables::plain))));
        rows.append(row("R\u00b2", Double.isNaN(fit.r2()) ? "n/a" : Numbers.fixed(fit.r2(), 4)));
        String unit = report.response() == Response.SCORE ? " points" : "";
        rows.append(row("RMSE", text.difference(fit.rmse()) + unit));
        for (Prediction prediction : fitted.predictions()) {
            boolean beyond =
                    report.response() == Response.SCORE
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
        return rows.append("</table>\n").toString();
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

    private static String reading(SweepReport report) {
        Set<String> methods = new LinkedHashSet<>();
        for (FittedLaw fitted : report.fits()) {
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
                                + " They say how much"
                                + " other seeds would move a fit if its law holds, not whether the law holds: look"
                                + " at the residuals and at where the laws part. ";
        return "<p class=\"reading\">%sn counts training images; R\u00b2 and RMSE are over all runs"
                        .formatted(Markup.escape(intervals))
                + ", on the metric's own scale.</p>\n";
    }

    /** Every run with every metric. */
    static String points(SweepReport report) {
        Set<String> metrics = new LinkedHashSet<>();
        metrics.add(report.metric());
        report.points().forEach(point -> metrics.addAll(point.metrics().keySet()));
        StringBuilder html =
                new StringBuilder("<div class=\"scroll\">\n<table class=\"runs\">\n<thead><tr>")
                        .append("<th>subset</th><th class=\"number\">images</th>")
                        .append("<th class=\"number\">seed</th>");
        for (String metric : metrics) {
            html.append("<th class=\"number\">")
                    .append(Markup.escape(MetricText.column(metric)))
                    .append("</th>");
        }
        html.append("<th class=\"number\">training</th><th>run</th></tr></thead>\n<tbody>\n");
        long last = 0;
        for (ReportPoint point : report.points()) {
            html.append(point.examples() == last ? "<tr>" : "<tr class=\"first\">")
                    .append("<td>%s</td>".formatted(Markup.escape(point.subset())))
                    .append(number(Numbers.grouped(point.examples())))
                    .append(number(String.valueOf(point.seed())));
            for (String metric : metrics) {
                Double value = point.metrics().get(metric);
                String shown =
                        value == null
                                ? "\u2013"
                                : new MetricText(metric, report.response()).value(value);
                html.append(
                        metric.equals(report.metric())
                                ? number("<strong>" + shown + "</strong>")
                                : number(shown));
            }
            html.append(number(Numbers.duration(point.trainSeconds())))
                    .append(
                            "<td><code>%s</code></td></tr>\n"
                                    .formatted(Markup.escape(point.runFolder())));
            last = point.examples();
        }
        html.append("</tbody>\n</table>\n</div>\n");
        if (report.response() == Response.SCORE) {
            html.append("<p class=\"reading\">Scores in percent, on the held-out set.</p>\n");
        }
        return html.toString();
    }

    private static String number(String shown) {
        return "<td class=\"number\">" + shown + "</td>";
    }

    /** Where the numbers come from. */
    static String provenance(SweepReport report) {
        Provenance provenance = report.provenance();
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("command", provenance.command());
        lines.put("commit", provenance.commit());
        lines.put("data fingerprint", provenance.dataFingerprint());
        lines.put(
                "seeds",
                report.points().stream()
                        .map(ReportPoint::seed)
                        .collect(Collectors.toCollection(TreeSet::new))
                        .stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", ")));
        lines.put("created", HtmlReport.when(report));
        lines.putAll(provenance.details());
        StringBuilder html = new StringBuilder("<table class=\"provenance\">\n");
        lines.forEach(
                (name, value) ->
                        html.append("<tr><th scope=\"row\">")
                                .append(Markup.escape(name))
                                .append("</th><td><code>")
                                .append(Markup.escape(value))
                                .append("</code></td></tr>\n"));
        return html.append("</table>\n<h3>Resolved config</h3>\n<pre>")
                .append(Markup.escape(config(provenance)))
                .append("</pre>\n")
                .toString();
    }

    private static String config(Provenance provenance) {
        try {
            return new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(provenance.config());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree cannot fail to render", e);
        }
    }

    /** Makes a sentence of a note: a capital where it starts, a full stop where it ends. */
    private static String sentence(String note) {
        return Character.toUpperCase(note.charAt(0)) + note.substring(1) + ".";
    }
}
