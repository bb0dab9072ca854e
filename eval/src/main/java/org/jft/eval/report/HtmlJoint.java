package org.jft.eval.report;

import java.util.Map;
import org.jft.eval.scaling.JointFit;
import org.jft.eval.scaling.JointLaw;

/** What the page says of data and model size together. */
final class HtmlJoint {
    private static final double[] FACTORS = {10, 100, Double.POSITIVE_INFINITY};

    private HtmlJoint() {}

    /** Law, parameters, and for each model what it has and what more data would give it. */
    static String render(JointPanel panel) {
        StringBuilder html = new StringBuilder();
        if (!panel.name().isEmpty()) {
            html.append("<h3>").append(Markup.escape(panel.name())).append("</h3>\n");
        }
        if (panel.fit().isEmpty()) {
            return html.append("<p class=\"note\">No joint fit: ")
                    .append(Markup.escape(panel.obstacle()))
                    .append(".</p>\n")
                    .toString();
        }
        JointFit fit = panel.fit().get();
        html.append("<p class=\"formula\">x = a n<sup>\u2212alpha</sup> + b m<sup>\u2212beta</sup>")
                .append(" + c, error = x / \u221a(1 + x\u00b2)</p>\n")
                .append(parameters(fit))
                .append(models(panel, fit.law()));
        if (!fit.note().isEmpty()) {
            html.append("<p class=\"note\">")
                    .append(Markup.escape(HtmlFits.sentence(fit.note())))
                    .append("</p>\n");
        }
        return html.append("<p class=\"reading\">n counts training images, m trainable parameters")
                .append(" (Rosenfeld et al. 2020). ")
                .append(
                        "Brackets are %s%% bootstrap intervals; %s. RMSE of log error: %s.</p>\n"
                                .formatted(
                                        Numbers.plain(100 * fit.level()),
                                        Markup.escape(fit.method()),
                                        Numbers.significant(fit.logRmse(), 2)))
                .toString();
    }

    private static String parameters(JointFit fit) {
        StringBuilder html = new StringBuilder("<table class=\"joint\">\n");
        for (Map.Entry<String, Double> parameter : fit.law().parameters().entrySet()) {
            var interval = fit.intervals().get(parameter.getKey());
            html.append(
                    "<tr><th scope=\"row\"><code>%s</code></th><td class=\"number\">%s</td><td>[%s, %s]</td></tr>\n"
                            .formatted(
                                    parameter.getKey(),
                                    Numbers.significant(parameter.getValue(), 4),
                                    Numbers.significant(interval.low(), 4),
                                    Numbers.significant(interval.high(), 4)));
        }
        return html.append("</table>\n").toString();
    }

    private static String models(JointPanel panel, JointLaw law) {
        StringBuilder html =
                new StringBuilder("<div class=\"scroll\">\n<table class=\"runs\">\n<thead><tr>")
                        .append("<th>series</th><th class=\"number\">parameters</th>")
                        .append("<th class=\"number\">largest subset</th>")
                        .append("<th class=\"number\">measured</th><th class=\"number\">law</th>");
        for (double factor : FACTORS) {
            html.append("<th class=\"number\">")
                    .append(
                            Double.isInfinite(factor)
                                    ? "endless data"
                                    : Numbers.plain(factor) + "\u00d7 data")
                    .append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < panel.series().size(); i++) {
            ReportSeries series = panel.series().get(i);
            MetricText text = MetricText.of(series);
            long parameters = panel.parameters().get(i);
            long largest = series.means().lastKey();
            html.append("<tr class=\"first\"><td>")
                    .append(Markup.escape(series.name()))
                    .append("</td>")
                    .append(number(Numbers.count(parameters)))
                    .append(number(Numbers.count(largest)))
                    .append(number(text.value(series.means().lastEntry().getValue())))
                    .append(number(text.value(law.valueAt(largest, parameters))));
            for (double factor : FACTORS) {
                html.append(number(text.value(law.valueAt(factor * largest, parameters))));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n</div>\n").toString();
    }

    private static String number(String shown) {
        return "<td class=\"number\">" + shown + "</td>";
    }
}
