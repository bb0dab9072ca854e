package org.jft.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Response;
import org.jft.eval.transfer.classification.ClassScores;

/**
 * The long tail: average precision of classes by how many images of the run's subset carry them.
 * Classes without held-out images have no score and take no part; within a bucket every class
 * counts the same.
 *
 * @param lines one for each size of each series, in the order of the series; empty with an obstacle
 * @param level confidence level of the intervals
 * @param obstacle why there are no lines; empty when there are
 */
public record FrequencyPanel(List<Line> lines, double level, String obstacle) {
    /** How its scores are written, whatever metric the sweep fits. */
    static final MetricText TEXT = new MetricText("average precision", Response.SCORE);

    /**
     * Classes of like frequency, half a decade wide: 0, 1-2, 3-9, 10-29, 30-99, 100-299 ...
     *
     * @param from fewest images
     * @param to most images
     */
    public record Bucket(long from, long to) implements Comparable<Bucket> {
        /** Returns the one that a number of images is in. */
        static Bucket of(long images) {
            if (images == 0) {
                return new Bucket(0, 0);
            }
            long decade = 1;
            while (10 * decade <= images) {
                decade *= 10;
            }
            return images < 3 * decade
                    ? new Bucket(decade, 3 * decade - 1)
                    : new Bucket(3 * decade, 10 * decade - 1);
        }

        String label() {
            if (from == to) {
                return Numbers.count(from);
            }
            return to < 1000
                    ? from + "\u2013" + to
                    : Numbers.count(from) + "\u2013" + Numbers.count(to + 1);
        }

        @Override
        public int compareTo(Bucket other) {
            return Long.compare(from, other.from);
        }
    }

    /**
     * The runs of one size of a series.
     *
     * @param runs in order of their seeds
     * @param cells of the buckets that have classes there, ascending
     */
    public record Line(ReportSeries series, List<ReportPoint> runs, List<Cell> cells) {
        long examples() {
            return runs.get(0).examples();
        }

        /** Returns what there is of a bucket. */
        Optional<Cell> cell(Bucket bucket) {
            return cells.stream().filter(cell -> cell.bucket.equals(bucket)).findFirst();
        }
    }

    /**
     * A bucket of a line.
     *
     * @param classes how many are in it
     * @param ofRuns mean average precision of those classes in each run of the line
     * @param interval of the mean over runs, by Student's t, cut to [0, 1]; empty for a single run
     */
    public record Cell(
            Bucket bucket, int classes, List<Double> ofRuns, Optional<Interval> interval) {
        /** Returns the mean over runs. */
        double mean() {
            return PairedDifference.mean(values(ofRuns));
        }
    }

    public FrequencyPanel {
        lines = List.copyOf(lines);
    }

    /** Gathers the classes of all runs. */
    public static FrequencyPanel of(List<ReportSeries> series, double level) {
        List<ReportPoint> points = series.stream().flatMap(one -> one.points().stream()).toList();
        List<ReportPoint> without = points.stream().filter(p -> p.byClass().isEmpty()).toList();
        if (!without.isEmpty()) {
            return new FrequencyPanel(
                    List.of(),
                    level,
                    "%d of %d runs have no scores by class, and no checkpoint to score anew; such as %s"
                            .formatted(without.size(), points.size(), without.get(0).runFolder()));
        }
        List<Line> lines = new ArrayList<>();
        for (ReportSeries one : series) {
            for (long examples : one.means().keySet()) {
                lines.add(line(one, examples, level));
            }
        }
        return new FrequencyPanel(lines, level, "");
    }

    private static Line line(ReportSeries series, long examples, double level) {
        List<ReportPoint> runs =
                series.points().stream().filter(p -> p.examples() == examples).toList();
        Map<Bucket, List<Double>> means = new TreeMap<>();
        Map<Bucket, Integer> counts = new TreeMap<>();
        for (ReportPoint run : runs) {
            byBucket(run.byClass().orElseThrow())
                    .forEach(
                            (bucket, precisions) -> {
                                means.computeIfAbsent(bucket, any -> new ArrayList<>())
                                        .add(PairedDifference.mean(values(precisions)));
                                counts.put(bucket, precisions.size());
                            });
        }
        List<Cell> cells = new ArrayList<>();
        means.forEach(
                (bucket, ofRuns) ->
                        cells.add(
                                new Cell(
                                        bucket,
                                        counts.get(bucket),
                                        List.copyOf(ofRuns),
                                        interval(ofRuns, level))));
        return new Line(series, runs, List.copyOf(cells));
    }

    private static Map<Bucket, List<Double>> byBucket(ClassScores classes) {
        Map<Bucket, List<Double>> precisions = new TreeMap<>();
        for (int k = 0; k < classes.size(); k++) {
            if (classes.testPositives()[k] > 0) {
                precisions
                        .computeIfAbsent(
                                Bucket.of(classes.trainPositives()[k]), any -> new ArrayList<>())
                        .add((double) classes.averagePrecision()[k]);
            }
        }
        return precisions;
    }

    private static Optional<Interval> interval(List<Double> ofRuns, double level) {
        if (ofRuns.size() < 2) {
            return Optional.empty();
        }
        Interval mean = Interval.ofMean(values(ofRuns), level);
        return Optional.of(new Interval(Math.max(0, mean.low()), Math.min(1, mean.high())));
    }

    private static double[] values(List<Double> values) {
        return values.stream().mapToDouble(v -> v).toArray();
    }

    /**
     * Returns the lines of the picture: all sizes of the only series, or the largest of each that
     * the other pictures show.
     */
    List<Line> drawn(SweepReport report) {
        if (report.series().size() == 1) {
            return lines;
        }
        List<Line> drawn = new ArrayList<>();
        for (ReportSeries one : report.drawn()) {
            long largest = one.means().lastKey();
            lines.stream()
                    .filter(line -> line.series.equals(one) && line.examples() == largest)
                    .forEach(drawn::add);
        }
        return drawn;
    }

    /** Returns the buckets that hold a class of any of some lines, ascending. */
    static List<Bucket> buckets(List<Line> lines) {
        return lines.stream()
                .flatMap(line -> line.cells.stream())
                .map(Cell::bucket)
                .distinct()
                .sorted()
                .toList();
    }

    /** Returns what tells a line of the picture from the others. */
    static String label(SweepReport report, Line line) {
        return report.series().size() == 1
                ? Numbers.grouped(line.examples()) + " images"
                : line.series.name();
    }
}
