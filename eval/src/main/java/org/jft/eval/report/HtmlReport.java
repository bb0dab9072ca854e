package org.jft.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jft.eval.scaling.Response;

/**
 * {@code report.html}: one self-contained page, well-formed XML, no script; light or dark as the
 * reader's system is. Everything that is not a constant of this package passes {@link
 * Markup#escape}.
 */
final class HtmlReport {
    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private HtmlReport() {}

    /**
     * Renders the page around its pictures.
     *
     * @param frequencySvg that of {@link SweepReport#frequency}; empty if there is none
     */
    static String render(
            SweepReport report, String curveSvg, String residualsSvg, String frequencySvg) {
        Headline headline = Headline.of(report);
        StringBuilder html = new StringBuilder(64 * 1024);
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>")
                .append(Markup.escape(report.title()))
                .append("</title>\n<style>\n")
                .append(stylesheet())
                .append("@media screen and (prefers-color-scheme: dark) {\n")
                .append(Palette.darkRules())
                .append("}\n</style>\n</head>\n<body>\n<main>\n");
        html.append("<header>\n<h1>")
                .append(Markup.escape(report.title()))
                .append("</h1>\n<p class=\"claim\">")
                .append(Markup.escape(headline.claim()))
                .append("</p>\n");
        if (!headline.outlook().isEmpty()) {
            html.append("<p class=\"outlook\">")
                    .append(Markup.escape(headline.outlook()))
                    .append("</p>\n");
        }
        html.append("</header>\n").append(tiles(report));
        html.append(figure(curveSvg));
        if (!report.noise().isEmpty()) {
            html.append("<h2>Label noise</h2>\n");
            report.noise().forEach(panel -> html.append(HtmlNoise.render(panel)));
        }
        if (!report.comparisons().isEmpty()) {
            html.append("<h2>Differences</h2>\n");
            report.comparisons().forEach(panel -> html.append(HtmlComparison.render(panel)));
        }
        if (report.series().size() == 1) {
            html.append("<h2>Fits</h2>\n").append(HtmlFits.render(report.series().get(0)));
            html.append(figure(residualsSvg));
        } else {
            html.append("<h2>Series</h2>\n").append(HtmlTables.overview(report));
            html.append(figure(residualsSvg));
            html.append("<h2>Fits</h2>\n");
            for (int i = 0; i < report.series().size(); i++) {
                html.append(series(report, i));
            }
        }
        if (!report.joint().isEmpty()) {
            html.append("<h2>Data and model size</h2>\n");
            report.joint().forEach(panel -> html.append(HtmlJoint.render(panel)));
        }
        report.frequency()
                .ifPresent(
                        panel ->
                                html.append("<h2>Rare and frequent classes</h2>\n")
                                        .append(HtmlFrequency.render(report, panel, frequencySvg)));
        report.mistakes()
                .ifPresent(
                        sheet ->
                                html.append("<h2>Hardest mistakes</h2>\n")
                                        .append(HtmlMistakes.render(sheet)));
        html.append("<h2>Runs</h2>\n").append(HtmlTables.points(report));
        html.append("<h2>Provenance</h2>\n").append(HtmlTables.provenance(report));
        html.append("<footer>The numbers are in curve.json and curve.csv, the pictures in")
                .append(" curve.svg and residuals.svg")
                .append(frequencySvg.isEmpty() ? "" : ", classes in class-frequency.csv and .svg")
                .append(", beside this page.</footer>\n")
                .append("</main>\n</body>\n</html>\n");
        return html.toString();
    }

    static String when(SweepReport report) {
        return WHEN.format(report.provenance().created());
    }

    /** A series of several, folded away: its laws, its residuals. */
    private static String series(SweepReport report, int index) {
        ReportSeries series = report.series().get(index);
        return "<details>\n<summary><span class=\"key\" style=\"background: %s\"></span>%s</summary>\n"
                        .formatted(report.colour(series), Markup.escape(series.name()))
                + figure(CurveChart.svg(report, series, "curve-area-" + (index + 1)))
                + HtmlFits.render(series)
                + figure(ResidualChart.svg(report, series))
                + "</details>\n";
    }

    private static String figure(String svg) {
        return "<figure class=\"scroll\">\n" + svg + "</figure>\n";
    }

    private static String tiles(SweepReport report) {
        MetricText text = MetricText.of(report.series().get(0));
        double best =
                report.series().stream()
                        .mapToDouble(one -> one.means().lastEntry().getValue())
                        .reduce(report.response() == Response.SCORE ? Math::max : Math::min)
                        .orElseThrow();
        long smallest =
                report.points().stream().mapToLong(ReportPoint::examples).min().orElseThrow();
        long largest =
                report.points().stream().mapToLong(ReportPoint::examples).max().orElseThrow();
        long sizes = report.points().stream().map(ReportPoint::examples).distinct().count();
        Map<String, Double> seconds = new HashMap<>(); // series may share a run
        report.points().forEach(point -> seconds.put(point.runFolder(), point.trainSeconds()));
        String several =
                report.series().size() == 1 ? "" : "%d series, ".formatted(report.series().size());
        return "<div class=\"tiles\">\n"
                + tile(
                        text.value(best),
                        "mean "
                                + text.axis()
                                + " on the largest subset"
                                + (several.isEmpty() ? "" : ", of the best series"))
                + tile(
                        Numbers.count(smallest) + " \u2013 " + Numbers.count(largest),
                        "training images")
                + tile(
                        String.valueOf(seconds.size()),
                        "runs: %s%d sizes, seeds %s"
                                .formatted(several, sizes, HtmlTables.seeds(report)))
                + tile(
                        Numbers.duration(seconds.values().stream().mapToDouble(s -> s).sum()),
                        "training time of all runs")
                + "</div>\n";
    }

    private static String tile(String number, String caption) {
        return "<div><strong>%s</strong><span>%s</span></div>\n"
                .formatted(Markup.escape(number), Markup.escape(caption));
    }

    private static String stylesheet() {
        try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("report.css is missing from the jar", e);
        }
    }
}
