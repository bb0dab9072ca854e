package org.jft.eval.report;

import java.util.Map;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Response;

/**
 * How the values of one metric are named and written: scores in percent, their differences in
 * points; losses as they are.
 */
record MetricText(String metric, Response response) {
    private static final Map<String, String> LABELS =
            Map.of(
                    "map_at_100", "mAP@100",
                    "map_at_100_macro", "mAP@100 (macro)",
                    "top1", "top-1 accuracy",
                    "top5", "top-5 accuracy",
                    "wrong_label_auc", "AUC wrong labels",
                    "missing_label_auc", "AUC missing labels",
                    "wrong_label_auc_blind", "AUC wrong, blind",
                    "missing_label_auc_blind", "AUC missing, blind");

    static MetricText of(ReportSeries series) {
        return new MetricText(series.metric(), series.response());
    }

    static String label(String metric) {
        return LABELS.getOrDefault(metric, metric);
    }

    String label() {
        return label(metric);
    }

    /** A column of a table, as short as can be. */
    static String column(String metric) {
        return label(metric).replace(" accuracy", "");
    }

    /** The axis of a plot, with its unit. */
    String axis() {
        return response == Response.SCORE ? label() + " (%)" : label();
    }

    /** The axis of differences, with its unit. */
    String residualAxis() {
        return response == Response.SCORE ? "residual (points)" : "residual";
    }

    /** Multiplies a value for showing. */
    double scale() {
        return response == Response.SCORE ? 100 : 1;
    }

    String value(double value) {
        return response == Response.SCORE
                ? Numbers.fixed(100 * value, 1)
                : Numbers.significant(value, 3);
    }

    String value(Interval interval) {
        return "[%s, %s]".formatted(value(interval.low()), value(interval.high()));
    }

    /** A difference of two values: points of a score, or a loss. */
    String difference(double value) {
        return difference(value, decimals(value));
    }

    /** The interval of a difference, to as many decimals as the difference itself. */
    String difference(Interval interval, double around) {
        int decimals = decimals(around);
        return "[%s, %s]"
                .formatted(
                        difference(interval.low(), decimals),
                        difference(interval.high(), decimals));
    }

    /** A difference with its sign and its interval, as markup: bold where that excludes 0. */
    String difference(PairedDifference difference) {
        double mean = difference.mean();
        String shown =
                "%s%s %s"
                        .formatted(
                                mean > 0 ? "+" : "",
                                difference(mean),
                                difference(difference.t(), mean));
        return difference.t().contains(0) ? shown : "<strong>" + shown + "</strong>";
    }

    private String difference(double value, int decimals) {
        return response == Response.SCORE
                ? Numbers.fixed(100 * value, decimals)
                : Numbers.significant(value, 3);
    }

    private static int decimals(double value) {
        return Math.abs(value) < 0.01 ? 2 : 1;
    }
}
