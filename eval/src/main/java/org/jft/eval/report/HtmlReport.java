package org.jft.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * {@code report.html}: one self-contained page, well-formed XML, no script. Everything that is not
 * a constant of this package passes {@link Markup#escape}.
 */
final class HtmlReport {
    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private HtmlReport() {}

    /** Renders the page around the two pictures. */
    static String render(SweepReport report, String curveSvg, String residualsSvg) {
        Headline headline = Headline.of(report);
        StringBuilder html = new StringBuilder(64 * 1024);
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>")
                .append(Markup.escape(report.title()))
                .append("</title>\n<style>\n")
                .append(stylesheet())
                .append("</style>\n</head>\n<body>\n<main>\n");
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
        html.append("<figure>\n").append(curveSvg).append("</figure>\n");
        html.append("<h2>Fits</h2>\n").append(HtmlTables.fits(report));
        html.append("<figure>\n").append(residualsSvg).append("</figure>\n");
        html.append("<h2>Runs</h2>\n").append(HtmlTables.points(report));
        html.append("<h2>Provenance</h2>\n").append(HtmlTables.provenance(report));
        html.append("<footer>The numbers are in curve.json and curve.csv, the pictures in")
                .append(" curve.svg and residuals.svg, beside this page.</footer>\n")
                .append("</main>\n</body>\n</html>\n");
        return html.toString();
    }

    static String when(SweepReport report) {
        return WHEN.format(report.provenance().created());
    }

    private static String tiles(SweepReport report) {
        MetricText text = MetricText.of(report);
        Map<Long, Double> means = CurveChart.means(report);
        long smallest = report.points().get(0).examples();
        long largest = report.points().get(report.points().size() - 1).examples();
        String seeds =
                report.points().stream()
                        .map(ReportPoint::seed)
                        .collect(Collectors.toCollection(TreeSet::new))
                        .stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "));
        double seconds = report.points().stream().mapToDouble(ReportPoint::trainSeconds).sum();
        return "<div class=\"tiles\">\n"
                + tile(
                        text.value(means.get(largest)),
                        "mean " + text.axis() + " on the largest subset")
                + tile(
                        Numbers.count(smallest) + " \u2013 " + Numbers.count(largest),
                        "training images")
                + tile(
                        String.valueOf(report.points().size()),
                        "runs: %d sizes, seeds %s".formatted(means.size(), seeds))
                + tile(Numbers.duration(seconds), "training time of all runs")
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
