package org.jft.eval.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;

/** Writes a report into a folder. */
public final class ReportWriter {
    private ReportWriter() {}

    /**
     * Writes {@code curve.json}, {@code curve.csv}, {@code curve.svg}, {@code curve.png}, {@code
     * residuals.svg}, where classes were scored {@code class-frequency.svg}, {@code .png} and
     * {@code .csv}, and {@code report.html}, replacing those of an earlier report. A reader never
     * sees half of one. The PNGs are left out on a machine where Java has no fonts.
     *
     * @param folder created if missing
     * @return the files, in that order
     */
    public static List<Path> write(SweepReport report, Path folder) {
        String curve = CurveChart.svg(report);
        String residuals = ResidualChart.svg(report);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("curve.json", bytes(CurveJson.render(report)));
        files.put("curve.csv", bytes(CurveCsv.render(report)));
        files.put("curve.svg", bytes(curve));
        png(curve).ifPresent(png -> files.put("curve.png", png));
        files.put("residuals.svg", bytes(residuals));
        Optional<FrequencyPanel> frequency =
                report.frequency().filter(panel -> !panel.lines().isEmpty());
        String classes = frequency.map(panel -> FrequencyChart.svg(report, panel)).orElse("");
        if (frequency.isPresent()) {
            files.put("class-frequency.svg", bytes(classes));
            png(classes).ifPresent(png -> files.put("class-frequency.png", png));
            files.put("class-frequency.csv", bytes(FrequencyCsv.render(frequency.get())));
        }
        files.put("report.html", bytes(HtmlReport.render(report, curve, residuals, classes)));
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ByteBuffer rest = ByteBuffer.wrap(file.getValue());
                WholeFile.write(
                        folder.resolve(file.getKey()),
                        channel -> {
                            while (rest.hasRemaining()) {
                                channel.write(rest);
                            }
                        });
            }
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the report cannot be written to %s: %s".formatted(folder, e.getMessage()),
                    e);
        }
        return files.keySet().stream().map(folder::resolve).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A runtime without fontconfig cannot write text, and says so in one of three ways. */
    private static Optional<byte[]> png(String svg) {
        try {
            return Optional.of(Raster.png(svg));
        } catch (LinkageError | InternalError | NullPointerException e) {
            return Optional.empty();
        }
    }
}
