package org.jft.eval.report;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jft.eval.scaling.PairedDifference;

/**
 * Series that differ in label noise and objective alone.
 *
 * @param name what they have in common; empty when there is nothing to tell apart
 * @param levels of noise, in the order to show them; at least one; all have the same objectives
 * @param confidence level of the intervals
 */
public record NoisePanel(String name, List<Level> levels, double confidence) {
    /**
     * Metrics of a run that tell how well its losses find labels, as org.jft.eval.noise has them.
     */
    static final List<String> AUCS = List.of("wrong_label_auc", "missing_label_auc");

    /** Follows their names where labels are ranked by the frequency of their class alone. */
    static final String BLIND = "_blind";

    /**
     * One level of noise.
     *
     * @param name of the level; empty when there is one alone
     * @param noise what it does, such as "precision 60%, recall 100%"
     * @param rows by objective; the others are compared with the first
     */
    public record Level(String name, String noise, List<Row> rows) {
        public Level {
            checkArgument(!rows.isEmpty(), "the noise level '%s' has no series", name);
            rows = List.copyOf(rows);
        }
    }

    /**
     * One objective at one level.
     *
     * @param objective its name; empty when there is one alone
     */
    public record Row(String objective, ReportSeries series) {
        /** Returns the mean of a metric at a size; NaN if not every run there has it. */
        double mean(String metric, long examples) {
            return series.points().stream()
                    .filter(point -> point.examples() == examples)
                    .mapToDouble(point -> point.metrics().getOrDefault(metric, Double.NaN))
                    .average()
                    .orElse(Double.NaN);
        }
    }

    public NoisePanel {
        checkArgument(!levels.isEmpty(), "a panel needs a level of noise");
        levels = List.copyOf(levels);
        List<String> objectives = objectives(levels.get(0));
        for (Level level : levels) {
            checkArgument(
                    objectives(level).equals(objectives),
                    "objectives %s at one noise, %s at another",
                    objectives,
                    objectives(level));
        }
    }

    private static List<String> objectives(Level level) {
        return level.rows().stream().map(Row::objective).toList();
    }

    /** Returns the sizes that any of the series has, ascending. */
    List<Long> sizes() {
        TreeSet<Long> sizes = new TreeSet<>();
        series().forEach(one -> sizes.addAll(one.means().keySet()));
        return List.copyOf(sizes);
    }

    /** Returns all series, level by level. */
    List<ReportSeries> series() {
        return levels.stream().flatMap(level -> level.rows().stream()).map(Row::series).toList();
    }

    /** Returns the first objective's series at each level: what noise does by itself. */
    List<ReportSeries> plain() {
        return levels.stream().map(level -> level.rows().get(0).series()).toList();
    }

    /**
     * Compares a row with the first of its level, by seeds that both have.
     *
     * @return for each size with at least two such seeds
     */
    Map<Long, PairedDifference> differences(Level level, Row row) {
        ReportSeries first = level.rows().get(0).series();
        return row.series().differences(first, ReportPoint::examples, confidence);
    }
}
