package org.jft.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jft.eval.report.NoisePanel.Level;
import org.jft.eval.report.NoisePanel.Row;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Response;

/**
 * What the page says of label noise: a picture a level, differences, and who finds wrong labels.
 */
final class HtmlNoise {
    private static final String DASH = "\u2013";

    private final NoisePanel panel;
    private final MetricText text;
    private final List<Level> levels;
    private final List<Row> objectives; // of the first level, for their names

    private HtmlNoise(NoisePanel panel) {
        this.panel = panel;
        text = MetricText.of(panel.series().get(0));
        levels = panel.levels();
        objectives = levels.get(0).rows();
    }

    static String render(NoisePanel panel) {
        return new HtmlNoise(panel).render();
    }

    private String render() {
        StringBuilder html = new StringBuilder();
        if (!panel.name().isEmpty()) {
            html.append("<h3>").append(Markup.escape(panel.name())).append("</h3>\n");
        }
        html.append(pictures());
        for (long size : panel.sizes()) {
            html.append(
                    table(
                            "%s at %s training images"
                                    .formatted(text.label(), Numbers.grouped(size)),
                            "",
                            (level, row) -> score(level, row, size)));
        }
        if (objectives.size() > 1) {
            html.append("<p class=\"reading\">First row: means over seeds. Below it the mean")
                    .append(" difference to it on the same seeds")
                    .append(text.response() == Response.SCORE ? ", in points" : "")
                    .append(
                            ", and its %s%% interval by Student&#39;s t; bold where that excludes 0.</p>\n"
                                    .formatted(Numbers.plain(100 * panel.confidence())));
        }
        long largest = panel.sizes().get(panel.sizes().size() - 1);
        return html.append(
                        aucs("Wrong labels found by their loss", NoisePanel.AUCS.get(0), largest))
                .append(aucs("Missing labels found by their loss", NoisePanel.AUCS.get(1), largest))
                .toString();
    }

    private String pictures() {
        StringBuilder html = new StringBuilder();
        MeansChart charts = new MeansChart(panel.series());
        if (levels.size() > 1) {
            html.append(legend(levels.stream().map(HtmlNoise::label).toList()))
                    .append("<div class=\"multiples\">\n")
                    .append(figure(charts.svg(plainTitle(), panel.plain())))
                    .append("</div>\n");
        }
        if (objectives.size() > 1) {
            html.append(legend(objectives.stream().map(Row::objective).toList()))
                    .append("<div class=\"multiples\">\n");
            for (Level level : levels) {
                List<ReportSeries> lines = level.rows().stream().map(Row::series).toList();
                html.append(figure(charts.svg(label(level), lines)));
            }
            html.append("</div>\n");
        }
        return html.toString();
    }

    private String plainTitle() {
        String objective = objectives.get(0).objective();
        return "each noise" + (objective.isEmpty() ? "" : ", " + objective);
    }

    private static String label(Level level) {
        return level.name().isEmpty() ? level.noise() : level.name();
    }

    private static String figure(String svg) {
        return "<figure>\n" + svg + "</figure>\n";
    }

    private static String legend(List<String> names) {
        StringBuilder html = new StringBuilder("<p class=\"legend\">");
        for (int i = 0; i < names.size(); i++) {
            html.append("<span>%s%s</span> ".formatted(key(i), Markup.escape(names.get(i))));
        }
        return html.append("</p>\n").toString();
    }

    private static String key(int index) {
        return "<span class=\"key\" style=\"background: %s\"></span>"
                .formatted(Palette.series(index));
    }

    /**
     * A row an objective, a column a level.
     *
     * @param first rows to stand above those
     */
    private String table(String title, String first, BiFunction<Level, Row, String> cell) {
        StringBuilder html =
                new StringBuilder("<h4>%s</h4>\n".formatted(Markup.escape(title)))
                        .append("<div class=\"scroll\">\n<table class=\"runs\">\n<thead><tr>")
                        .append("<th>objective</th>");
        for (Level level : levels) {
            html.append(
                    "<th title=\"%s\">%s</th>"
                            .formatted(Markup.escape(level.noise()), Markup.escape(label(level))));
        }
        html.append("</tr></thead>\n<tbody>\n").append(first);
        for (int i = 0; i < objectives.size(); i++) {
            String name = objectives.get(i).objective();
            String head = key(i) + Markup.escape(name.isEmpty() ? "as configured" : name);
            int at = i;
            html.append(row(head, level -> cell.apply(level, level.rows().get(at))));
        }
        return html.append("</tbody>\n</table>\n</div>\n").toString();
    }

    private String row(String head, Function<Level, String> cell) {
        StringBuilder html = new StringBuilder("<tr class=\"first\"><td>%s</td>".formatted(head));
        levels.forEach(level -> html.append("<td>").append(cell.apply(level)).append("</td>"));
        return html.append("</tr>\n").toString();
    }

    /** The score of the first objective; of another, how it differs from that. */
    private String score(Level level, Row row, long size) {
        double mean = row.mean(text.metric(), size);
        if (row.equals(level.rows().get(0))) {
            return Double.isNaN(mean) ? DASH : text.value(mean);
        }
        PairedDifference difference = panel.differences(level, row).get(size);
        return difference == null ? DASH : text.difference(difference);
    }

    private String aucs(String title, String metric, long size) {
        List<Double> values = new ArrayList<>();
        levels.forEach(level -> level.rows().forEach(row -> values.add(row.mean(metric, size))));
        if (values.stream().allMatch(value -> value.isNaN())) {
            return "";
        }
        String blind =
                row(
                        "class alone",
                        level -> auc(level.rows().get(0).mean(metric + NoisePanel.BLIND, size)));
        return table(
                        "%s: AUC at %s training images".formatted(title, Numbers.grouped(size)),
                        blind,
                        (level, row) -> auc(row.mean(metric, size)))
                + "<p class=\"reading\">The probability that the loss under the trained network"
                + " ranks one that was made so above one that was not; first, that the frequency"
                + " of the class does, without any image. Means over seeds.</p>\n";
    }

    private static String auc(double value) {
        return Double.isNaN(value) ? DASH : Numbers.fixed(value, 3);
    }
}
