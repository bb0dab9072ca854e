package org.jft.eval.report;

import java.util.Map;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Response;

/** What the page says of series beside each other: means, and differences to the first. */
final class HtmlComparison {
    private HtmlComparison() {}

    /** A row a series, a column a subset. */
    static String render(ComparisonPanel panel) {
        MetricText text = MetricText.of(panel.first());
        StringBuilder html = new StringBuilder();
        if (!panel.name().isEmpty()) {
            html.append("<h3>").append(Markup.escape(panel.name())).append("</h3>\n");
        }
        html.append("<div class=\"scroll\">\n<table class=\"runs\">\n<thead><tr><th>")
                .append(Markup.escape(text.axis()))
                .append("</th>");
        panel.subsets()
                .forEach(
                        subset ->
                                html.append(
                                        "<th colspan=\"2\">%s</th>"
                                                .formatted(Markup.escape(subset))));
        html.append("</tr></thead>\n<tbody>\n");
        panel.series().forEach(one -> html.append(row(panel, one, text)));
        return html.append("</tbody>\n</table>\n</div>\n")
                .append("<p class=\"reading\">Means over seeds; beside them the mean difference to")
                .append(" the first row on the same seeds")
                .append(text.response() == Response.SCORE ? ", in points" : "")
                .append(", and its ")
                .append(Numbers.plain(100 * panel.confidence()))
                .append("% interval by Student&#39;s t; bold where that excludes 0.")
                .append(" Only seeds vary: it does not say what other images would give.</p>\n")
                .toString();
    }

    private static String row(ComparisonPanel panel, ReportSeries one, MetricText text) {
        Map<String, Double> means = ComparisonPanel.means(one);
        Map<String, PairedDifference> differences =
                one.equals(panel.first()) ? Map.of() : panel.differences(one);
        StringBuilder html =
                new StringBuilder("<tr class=\"first\"><td>%s</td>".formatted(escaped(one)));
        for (String subset : panel.subsets()) {
            Double mean = means.get(subset);
            PairedDifference difference = differences.get(subset);
            html.append("<td class=\"number\">")
                    .append(mean == null ? "\u2013" : text.value(mean))
                    .append("</td><td>")
                    .append(difference == null ? "" : text.difference(difference))
                    .append("</td>");
        }
        return html.append("</tr>\n").toString();
    }

    private static String escaped(ReportSeries one) {
        return Markup.escape(one.name());
    }
}
