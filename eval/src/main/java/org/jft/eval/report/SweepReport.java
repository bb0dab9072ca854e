package org.jft.eval.report;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jft.eval.scaling.Response;

/**
 * Everything a report shows.
 *
 * @param title one line
 * @param series at least one, all of one metric, in the order to show them; their names differ
 * @param joint panels of series that differ in model size alone; may be none
 * @param comparisons of series that differ in one respect; may be none
 * @param noise panels of series that differ in label noise and objective alone; may be none
 * @param frequency scores by class frequency, where classes were scored
 * @param mistakes held-out images that a run was wrong about, where they are known
 */
public record SweepReport(
        String title,
        List<ReportSeries> series,
        List<JointPanel> joint,
        List<ComparisonPanel> comparisons,
        List<NoisePanel> noise,
        Optional<FrequencyPanel> frequency,
        Optional<ContactSheet> mistakes,
        Provenance provenance) {
    public SweepReport {
        requireNonNull(title, "title");
        requireNonNull(provenance, "provenance");
        checkArgument(!series.isEmpty(), "a report needs at least one series");
        series = List.copyOf(series);
        joint = List.copyOf(joint);
        comparisons = List.copyOf(comparisons);
        noise = List.copyOf(noise);
        Set<String> names = new HashSet<>();
        for (ReportSeries one : series) {
            checkArgument(names.add(one.name()), "two series are called '%s'", one.name());
            checkArgument(
                    one.metric().equals(series.get(0).metric()),
                    "a report has one metric, not %s and %s",
                    series.get(0).metric(),
                    one.metric());
        }
    }

    /** Returns the name of the metric that was fitted. */
    public String metric() {
        return series.get(0).metric();
    }

    /** Returns whether the metric is a score or an error. */
    public Response response() {
        return series.get(0).response();
    }

    /**
     * Returns the series of the pictures: all, or where a study of noise has too many for one
     * picture, those of the first objectives.
     */
    List<ReportSeries> drawn() {
        return noise.isEmpty()
                ? series
                : noise.stream().flatMap(panel -> panel.plain().stream()).toList();
    }

    /** Returns the colour of a series in the pictures, a quiet one if it is in none. */
    String colour(ReportSeries one) {
        int index = drawn().indexOf(one);
        return index < 0 ? Palette.QUIET : Palette.series(index);
    }

    /** Returns the points of all series; a run that two of them share is there twice. */
    List<ReportPoint> points() {
        return series.stream().flatMap(one -> one.points().stream()).toList();
    }
}
