package org.jft.eval.report;

/**
 * {@code curve.csv}: one line per run and metric, all metrics. Columns: subset, examples, seed,
 * metric, value, train_seconds, run_folder, series. RFC 4180 quoting, lines end in LF.
 */
final class CurveCsv {
    private CurveCsv() {}

    static String render(SweepReport report) {
        StringBuilder csv =
                new StringBuilder(
                        "subset,examples,seed,metric,value,train_seconds,run_folder,series\n");
        for (ReportSeries series : report.series()) {
            for (ReportPoint point : series.points()) {
                point.metrics().forEach((metric, value) -> csv.append(line(series, point, metric)));
            }
        }
        return csv.toString();
    }

    private static String line(ReportSeries series, ReportPoint point, String metric) {
        return String.join(
                        ",",
                        quote(point.subset()),
                        Long.toString(point.examples()),
                        Long.toString(point.seed()),
                        quote(metric),
                        number(point.metrics().get(metric)),
                        number(point.trainSeconds()),
                        quote(point.runFolder()),
                        quote(series.name()))
                + "\n";
    }

    static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "";
    }

    static String quote(String text) {
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }
}
