package org.jft.eval.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;

/** Writes a report into a folder. */
public final class ReportWriter {
    private ReportWriter() {}

    /**
     * Writes {@code curve.json}, {@code curve.csv}, {@code curve.svg}, {@code residuals.svg} and
     * {@code report.html}, replacing those of an earlier report. A reader never sees half of one.
     *
     * @param folder created if missing
     * @return the files, in that order
     */
    public static List<Path> write(SweepReport report, Path folder) {
        String curve = CurveChart.svg(report);
        String residuals = ResidualChart.svg(report);
        Map<String, String> files = new LinkedHashMap<>();
        files.put("curve.json", CurveJson.render(report));
        files.put("curve.csv", CurveCsv.render(report));
        files.put("curve.svg", curve);
        files.put("residuals.svg", residuals);
        files.put("report.html", HtmlReport.render(report, curve, residuals));
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : files.entrySet()) {
                WholeFile.write(folder.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the report cannot be written to %s: %s".formatted(folder, e.getMessage()),
                    e);
        }
        return files.keySet().stream().map(folder::resolve).toList();
    }
}
