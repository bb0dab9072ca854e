package org.jft.eval.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Where the time of a complete run went.
 *
 * @param stepSeconds median over its metrics, so that a warm-up or a busy moment counts little
 * @param otherSeconds the rest: compiling the network, checkpoints
 */
record MeasuredRun(double stepSeconds, double otherSeconds) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads a run's own records; empty when it is not complete. */
    static Optional<MeasuredRun> of(SweepRun run) {
        Optional<JsonNode> summary = run.folder().readSummary();
        if (summary.isEmpty()) {
            return Optional.empty();
        }
        double seconds = summary.get().path("wall_seconds").asDouble();
        long steps = summary.get().path("steps").asLong();
        double[] speeds = imagesPerSecond(run);
        double step =
                speeds.length == 0
                        ? seconds / steps
                        : run.config().train().globalBatch() / speeds[speeds.length / 2];
        return Optional.of(new MeasuredRun(step, Math.max(0, seconds - steps * step)));
    }

    /** Returns the speeds that the run noted, ascending. */
    private static double[] imagesPerSecond(SweepRun run) {
        if (!Files.exists(run.folder().metrics())) {
            return new double[0];
        }
        try (var lines =
                JSON.readerFor(JsonNode.class).readValues(run.folder().metrics().toFile())) {
            return lines.readAll().stream()
                    .mapToDouble(line -> ((JsonNode) line).path("images_per_second").asDouble())
                    .filter(speed -> speed > 0)
                    .sorted()
                    .toArray();
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "%s: %s".formatted(run.folder().metrics(), e.getMessage()),
                    e);
        }
    }
}
