package org.jft.eval.report;

import java.util.List;
import java.util.Optional;
import org.jft.eval.report.FrequencyPanel.Bucket;
import org.jft.eval.report.FrequencyPanel.Cell;
import org.jft.eval.report.FrequencyPanel.Line;

/** What the page says of rare and frequent classes. */
final class HtmlFrequency {
    private static final String DASH = "\u2013";

    private HtmlFrequency() {}

    /**
     * The numbers behind the picture.
     *
     * @param svg the picture; empty with an obstacle
     */
    static String render(SweepReport report, FrequencyPanel panel, String svg) {
        if (!panel.obstacle().isEmpty()) {
            return "<p class=\"note\">%s</p>\n"
                    .formatted(Markup.escape(HtmlFits.sentence(panel.obstacle())));
        }
        List<Line> lines = panel.drawn(report);
        List<Bucket> buckets = FrequencyPanel.buckets(lines);
        StringBuilder html =
                new StringBuilder("<figure class=\"scroll\">\n" + svg + "</figure>\n")
                        .append("<h4>Mean AP@100 (%) by training images of a class</h4>\n")
                        .append("<div class=\"scroll\">\n<table class=\"runs cells\">\n<thead><tr>")
                        .append(
                                report.series().size() == 1
                                        ? "<th>subset</th>"
                                        : "<th>series</th>");
        for (Bucket bucket : buckets) {
            html.append("<th class=\"number\">%s</th>".formatted(bucket.label()));
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < lines.size(); i++) {
            html.append("<tr class=\"first\"><td><span class=\"key\" style=\"background: ")
                    .append(Palette.series(i))
                    .append("\"></span>")
                    .append(Markup.escape(FrequencyPanel.label(report, lines.get(i))))
                    .append("</td>");
            for (Bucket bucket : buckets) {
                html.append("<td class=\"number\">%s</td>".formatted(cell(lines.get(i), bucket)));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n</div>\n")
                .append(reading(report, panel))
                .toString();
    }

    private static String cell(Line line, Bucket bucket) {
        Optional<Cell> cell = line.cell(bucket);
        if (cell.isEmpty()) {
            return DASH;
        }
        int classes = cell.get().classes();
        return "<strong>%s</strong>%s<br/><small>%s %s</small>"
                .formatted(
                        FrequencyPanel.TEXT.value(cell.get().mean()),
                        cell.get()
                                .interval()
                                .map(
                                        i ->
                                                "<br/><small>%s</small>"
                                                        .formatted(FrequencyPanel.TEXT.value(i)))
                                .orElse(""),
                        Numbers.grouped(classes),
                        classes == 1 ? "class" : "classes");
    }

    private static String reading(SweepReport report, FrequencyPanel panel) {
        boolean intervals =
                panel.lines().stream()
                        .flatMap(line -> line.cells().stream())
                        .anyMatch(cell -> cell.interval().isPresent());
        return "<p class=\"reading\">Mean AP@100 in percent over the classes that so many images of"
                + " the run&#39;s own subset carry, every class alike."
                + (report.series().size() == 1
                        ? " With more data a class moves to the right, so a bucket holds other"
                                + " classes in each subset."
                        : " Each series on its largest subset.")
                + (intervals
                        ? " Brackets and whiskers: %s%% intervals over seeds, by Student&#39;s t;"
                                        .formatted(Numbers.plain(100 * panel.level()))
                                + " they say nothing of other classes or other held-out images."
                        : " One run each, so no intervals.")
                + "</p>\n";
    }
}
