package org.jft.eval.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jft.eval.report.ReportPoint;
import org.jft.eval.sweep.Series;
import org.jft.eval.sweep.Sweep;
import org.jft.eval.sweep.SweepPoint;
import org.jft.eval.sweep.SweepRun;

/**
 * A sweep as a table: a row for each series and subset, a column for each seed, whose cell is the
 * score, how far the run is, or nothing yet. Below it the time that is left.
 *
 * <pre>
 *                     images    steps    a run    seed 0   seed 1
 *   resnet20s   10%      367       92      9 s    0.1812   running
 *   resnet20s   30%    1,126      282     24 s         -        -
 *   1 of 4 runs done, about 57 s to go
 * </pre>
 */
final class SweepTable {
    private static final String NOTHING = "-";

    private record Row(Series series, String subset) {}

    private final Sweep sweep;
    private final String metric;
    private final Map<SweepPoint, SweepRun> runOf = new LinkedHashMap<>();
    private final List<Long> seeds;

    SweepTable(Sweep sweep, String metric) {
        this.sweep = sweep;
        this.metric = metric;
        sweep.runs().forEach(run -> run.points().forEach(point -> runOf.put(point, run)));
        seeds = sweep.points().stream().map(SweepPoint::seed).distinct().sorted().toList();
    }

    /**
     * Renders the table and the sentence below it.
     *
     * @param running the run that is under way, or null
     */
    String render(SweepRun running) {
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("", "", "images", "steps", "a run"));
        seeds.forEach(seed -> header.add("seed " + seed));
        rows.add(header);
        Map<Row, List<SweepPoint>> byRow =
                sweep.points().stream()
                        .collect(
                                Collectors.groupingBy(
                                        p -> new Row(p.series(), p.subset().toString()),
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        byRow.forEach((row, points) -> rows.add(row(row, points, running)));
        return aligned(rows) + status(running) + "\n";
    }

    private List<String> row(Row row, List<SweepPoint> points, SweepRun running) {
        SweepPoint first = points.get(0);
        List<String> cells =
                new ArrayList<>(
                        List.of(
                                row.series.name(),
                                row.subset,
                                known(first.images()),
                                known(first.steps()),
                                time(points)));
        points.forEach(point -> cells.add(cell(point, running)));
        return cells;
    }

    /** The longest of the runs of a row that are still to be made. */
    private String time(List<SweepPoint> points) {
        OptionalDouble longest =
                points.stream()
                        .map(point -> sweep.estimate().secondsLeft(runOf.get(point)))
                        .filter(OptionalDouble::isPresent)
                        .mapToDouble(OptionalDouble::getAsDouble)
                        .max();
        return longest.isEmpty() || longest.getAsDouble() == 0
                ? NOTHING
                : duration(longest.getAsDouble());
    }

    private String cell(SweepPoint point, SweepRun running) {
        ReportPoint result = sweep.results().get(point);
        SweepRun run = runOf.get(point);
        if (result != null) {
            return format("%.4f", result.metrics().get(metric));
        } else if (run.equals(running)) {
            return "running";
        } else if (run.trained()) {
            return "trained";
        }
        long done = run.stepsDone();
        return done == 0 ? NOTHING : format("step %,d", done);
    }

    /** Says how much is done and how long the rest takes. */
    String status(SweepRun running) {
        long trained = sweep.runs().stream().filter(SweepRun::trained).count();
        String done =
                "%d of %d runs trained%s"
                        .formatted(
                                trained,
                                sweep.runs().size(),
                                running == null || running.trained()
                                        ? ""
                                        : ", number %d running".formatted(running.number()));
        return trained == sweep.runs().size() ? done : done + ", " + left();
    }

    private String left() {
        double seconds = 0;
        for (SweepRun run : sweep.runs()) {
            OptionalDouble left = sweep.estimate().secondsLeft(run);
            if (left.isEmpty()) {
                return "time unknown until the data set is there";
            }
            seconds += left.getAsDouble();
        }
        return sweep.estimate().calibrated()
                ? "about %s to go, as measured".formatted(duration(seconds))
                : "at least %s to go, at the speed of a bare matrix multiply"
                        .formatted(duration(seconds));
    }

    private static String aligned(List<List<String>> rows) {
        int columns = rows.get(0).size();
        StringBuilder text = new StringBuilder();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String pattern = (c < 1 ? "  %-" : "  %") + Math.max(1, widths[c]) + "s";
                line.append(format(pattern, row.get(c)));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    static String known(OptionalLong number) {
        return number.isPresent() ? format("%,d", number.getAsLong()) : "unknown";
    }

    static String duration(double seconds) {
        if (seconds < 100) {
            return format("%.0f s", Math.ceil(seconds));
        }
        return seconds < 6000
                ? format("%.0f min", Math.ceil(seconds / 60))
                : format("%.1f h", seconds / 3600);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
