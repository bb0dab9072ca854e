package org.jft.eval.report;

/**
 * {@code curve.csv}: one line per run and metric, all metrics. Columns: subset, examples, seed,
 * metric, value, train_seconds, run_folder. RFC 4180 quoting, lines end in LF.
 */
final class CurveCsv {
    private CurveCsv() {}

    static String render(SweepReport report) {
        StringBuilder csv =
                new StringBuilder("subset,examples,seed,metric,value,train_seconds,run_folder\n");
        for (ReportPoint point : report.points()) {
            point.metrics()
                    .forEach(
                            (metric, value) ->
                                    csv.append(quote(point.subset()))
                                            .append(',')
                                            .append(point.examples())
                                            .append(',')
                                            .append(point.seed())
                                            .append(',')
                                            .append(quote(metric))
                                            .append(',')
                                            .append(number(value))
                                            .append(',')
                                            .append(number(point.trainSeconds()))
                                            .append(',')
                                            .append(quote(point.runFolder()))
                                            .append('\n'));
        }
        return csv.toString();
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "";
    }

    private static String quote(String text) {
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }
}
