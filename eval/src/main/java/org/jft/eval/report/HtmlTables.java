package org.jft.eval.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Prediction;
import org.jft.eval.scaling.Response;

/** The tables of the page. */
final class HtmlTables {
    private static final String DASH = "\u2013";

    private HtmlTables() {}

    /** A line a series: score on its largest subset, chosen law, what more data would give. */
    static String overview(SweepReport report) {
        MetricText text = MetricText.of(report.series().get(0));
        List<Double> factors =
                report.series().stream()
                        .flatMap(one -> one.chosen().stream())
                        .map(law -> law.predictions().stream().map(Prediction::factor).toList())
                        .filter(list -> !list.isEmpty())
                        .findFirst()
                        .orElse(List.of());
        boolean needs =
                report.series().stream()
                        .anyMatch(one -> one.chosen().flatMap(FittedLaw::need).isPresent());
        StringBuilder html =
                new StringBuilder("<div class=\"scroll\">\n<table class=\"runs\">\n<thead><tr>")
                        .append("<th>series</th><th class=\"number\">largest</th>")
                        .append("<th class=\"number\">")
                        .append(Markup.escape(MetricText.column(report.metric())))
                        .append("</th><th>law</th>");
        for (double factor : factors) {
            html.append("<th>at %s\u00d7 data</th>".formatted(Numbers.plain(factor)));
        }
        html.append(needs ? "<th>images for the target</th>" : "");
        html.append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < report.series().size(); i++) {
            ReportSeries one = report.series().get(i);
            Map.Entry<Long, Double> last = one.means().lastEntry();
            html.append("<tr class=\"first\"><td><span class=\"key\" style=\"background: ")
                    .append(report.colour(one))
                    .append("\"></span>")
                    .append(Markup.escape(one.name()))
                    .append("</td>")
                    .append(number(Numbers.count(last.getKey())))
                    .append(number("<strong>" + text.value(last.getValue()) + "</strong>"))
                    .append("<td>")
                    .append(Markup.escape(LawStyle.label(one.choice().law())))
                    .append(
                            one.chosen()
                                            .flatMap(FittedLaw::fit)
                                            .map(fit -> fit.identified())
                                            .orElse(false)
                                    ? ""
                                    : " (not identified)")
                    .append("</td>");
            for (double factor : factors) {
                html.append("<td>").append(prediction(one, factor, text)).append("</td>");
            }
            if (needs) {
                Optional<String> need = one.chosen().flatMap(FittedLaw::need).map(HtmlFits::need);
                html.append("<td>").append(need.orElse(DASH)).append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n</div>\n").toString();
    }

    private static String prediction(ReportSeries series, double factor, MetricText text) {
        return series.chosen().stream()
                .flatMap(law -> law.predictions().stream())
                .filter(prediction -> prediction.factor() == factor)
                .findFirst()
                .map(
                        p ->
                                text.value(p.value())
                                        + p.interval().map(i -> " " + text.value(i)).orElse(""))
                .orElse(DASH);
    }

    /** Every run with every metric. */
    static String points(SweepReport report) {
        Set<String> metrics = new LinkedHashSet<>();
        metrics.add(report.metric());
        report.points().forEach(point -> metrics.addAll(point.metrics().keySet()));
        boolean several = report.series().size() > 1;
        StringBuilder html =
                new StringBuilder("<div class=\"scroll\">\n<table class=\"runs\">\n<thead><tr>")
                        .append(several ? "<th>series</th>" : "")
                        .append("<th>subset</th><th class=\"number\">images</th>")
                        .append("<th class=\"number\">seed</th>");
        for (String metric : metrics) {
            html.append("<th class=\"number\">")
                    .append(Markup.escape(MetricText.column(metric)))
                    .append("</th>");
        }
        html.append("<th class=\"number\">training</th><th>run</th></tr></thead>\n<tbody>\n");
        for (ReportSeries series : report.series()) {
            long last = 0;
            for (ReportPoint point : series.points()) {
                html.append(point.examples() == last ? "<tr>" : "<tr class=\"first\">")
                        .append(several ? "<td>" + Markup.escape(series.name()) + "</td>" : "")
                        .append(point(series, point, metrics));
                last = point.examples();
            }
        }
        html.append("</tbody>\n</table>\n</div>\n");
        if (report.response() == Response.SCORE) {
            html.append("<p class=\"reading\">Scores in percent, on the held-out set.</p>\n");
        }
        return html.toString();
    }

    private static String point(ReportSeries series, ReportPoint point, Set<String> metrics) {
        StringBuilder html =
                new StringBuilder("<td>%s</td>".formatted(Markup.escape(point.subset())))
                        .append(number(Numbers.grouped(point.examples())))
                        .append(number(String.valueOf(point.seed())));
        for (String metric : metrics) {
            Double value = point.metrics().get(metric);
            String shown =
                    value == null ? DASH : new MetricText(metric, series.response()).value(value);
            html.append(
                    metric.equals(series.metric())
                            ? number("<strong>" + shown + "</strong>")
                            : number(shown));
        }
        return html.append(number(Numbers.duration(point.trainSeconds())))
                .append(
                        "<td><code>%s</code></td></tr>\n"
                                .formatted(Markup.escape(point.runFolder())))
                .toString();
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
        lines.put("seeds", seeds(report));
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
        return html.append("</table>\n<details>\n<summary>Resolved config</summary>\n<pre>")
                .append(Markup.escape(config(provenance)))
                .append("</pre>\n</details>\n")
                .toString();
    }

    static String seeds(SweepReport report) {
        return report.points().stream()
                .map(ReportPoint::seed)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
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
}
