package org.jft.eval.report;

/**
 * {@code class-frequency.csv}: one line per run and bucket of classes. Columns: series, subset,
 * examples, seed, train_images_from, train_images_to, classes, average_precision, run_folder.
 */
final class FrequencyCsv {
    private FrequencyCsv() {}

    static String render(FrequencyPanel panel) {
        StringBuilder csv =
                new StringBuilder(
                        "series,subset,examples,seed,train_images_from,train_images_to,classes,"
                                + "average_precision,run_folder\n");
        for (FrequencyPanel.Line line : panel.lines()) {
            for (FrequencyPanel.Cell cell : line.cells()) {
                for (int i = 0; i < line.runs().size(); i++) {
                    csv.append(row(line, cell, i));
                }
            }
        }
        return csv.toString();
    }

    private static String row(FrequencyPanel.Line line, FrequencyPanel.Cell cell, int run) {
        ReportPoint point = line.runs().get(run);
        return String.join(
                        ",",
                        CurveCsv.quote(line.series().name()),
                        CurveCsv.quote(point.subset()),
                        Long.toString(point.examples()),
                        Long.toString(point.seed()),
                        Long.toString(cell.bucket().from()),
                        Long.toString(cell.bucket().to()),
                        Integer.toString(cell.classes()),
                        CurveCsv.number(cell.ofRuns().get(run)),
                        CurveCsv.quote(point.runFolder()))
                + "\n";
    }
}
