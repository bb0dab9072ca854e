package org.jft.eval.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.file.DelimitedFile;
import org.jft.eval.scaling.Curve;
import org.jft.eval.scaling.CurvePoint;
import org.jft.eval.scaling.Response;

/**
 * Learning curves in the format of the public benchmark of Alabdulmohsin et al. 2022
 * (google-research/revisiting_neural_scaling_laws): a line a point, {@code Domain, Task, Model,
 * Seen Examples, Loss, Training}. Domain, task and model name the curve; {@code Training} 0 holds a
 * point out.
 */
final class CurveFile {
    private static final String EXAMPLES = "Seen Examples";
    private static final String LOSS = "Loss";
    private static final String TRAINING = "Training";
    private static final List<String> NAMES = List.of("Domain", "Task", "Model");

    /**
     * One curve of a file.
     *
     * @param seen what is fitted
     * @param heldOut what the fit does not see; may be empty
     */
    record Entry(String name, Curve seen, List<CurvePoint> heldOut) {}

    private static final class Points {
        final List<CurvePoint> seen = new ArrayList<>();
        final List<CurvePoint> heldOut = new ArrayList<>();
    }

    private final Path file;
    private final Map<String, Points> curves = new LinkedHashMap<>();

    private CurveFile(Path file) {
        this.file = file;
    }

    /** Reads all curves, in the order of their first points. */
    static List<Entry> read(Path file) {
        CurveFile reader = new CurveFile(file);
        new DelimitedFile(file).read(reader::check, reader::add);
        return reader.curves.entrySet().stream()
                .map(curve -> reader.entry(curve.getKey(), curve.getValue()))
                .toList();
    }

    private void check(List<String> columns) {
        Stream.concat(NAMES.stream(), Stream.of(EXAMPLES, LOSS, TRAINING))
                .filter(needed -> !columns.contains(needed))
                .findFirst()
                .ifPresent(
                        missing -> {
                            throw new CorruptDataException(
                                    file,
                                    "has no column '%s'; it has %s".formatted(missing, columns));
                        });
    }

    private void add(DelimitedFile.Row row) {
        String name = NAMES.stream().map(row::get).collect(Collectors.joining(" / "));
        Points points = curves.computeIfAbsent(name, any -> new Points());
        String training = row.get(TRAINING);
        if (!training.equals("0") && !training.equals("1")) {
            throw wrong(row, TRAINING, "must be 0 or 1");
        }
        List<CurvePoint> into = training.equals("1") ? points.seen : points.heldOut;
        double examples = number(row, EXAMPLES);
        long sameSize = into.stream().filter(p -> p.examples() == examples).count();
        into.add(new CurvePoint(examples, sameSize, number(row, LOSS)));
    }

    private double number(DelimitedFile.Row row, String column) {
        try {
            double value = Double.parseDouble(row.get(column));
            if (value > 0 && value < Double.POSITIVE_INFINITY) {
                return value;
            }
        } catch (NumberFormatException ignored) {
            // Said below, with the column.
        }
        throw wrong(row, column, "must be a positive number");
    }

    private CorruptDataException wrong(DelimitedFile.Row row, String column, String what) {
        return new CorruptDataException(
                file, "line %d: %s '%s' %s".formatted(row.line(), column, row.get(column), what));
    }

    private Entry entry(String name, Points points) {
        if (points.seen.isEmpty()) {
            throw new CorruptDataException(
                    file, "curve '%s' has no point with %s 1".formatted(name, TRAINING));
        }
        return new Entry(name, new Curve(Response.ERROR, points.seen), points.heldOut);
    }
}
