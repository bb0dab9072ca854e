package org.jft.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.eval.report.FrequencyPanel.Bucket;
import org.jft.eval.report.FrequencyPanel.Cell;
import org.jft.eval.report.FrequencyPanel.Line;
import org.jft.eval.scaling.Interval;

/**
 * {@code class-frequency.svg}: average precision against the training images of a class; means over
 * classes and runs, with intervals over runs.
 */
final class FrequencyChart {
    private static final int WIDTH = 880;
    private static final int HEIGHT = 440;
    private static final double LEFT = 74;
    private static final double RIGHT = 30;
    private static final double BOTTOM = 62;
    private static final double DODGE = 10; // pixels between lines, so that they do not hide
    private static final double CAP = 3.5;

    private final SweepReport report;
    private final List<Line> lines;
    private final List<Bucket> buckets;

    private FrequencyChart(SweepReport report, FrequencyPanel panel) {
        this.report = report;
        lines = panel.drawn(report);
        buckets = FrequencyPanel.buckets(lines);
    }

    static String svg(SweepReport report, FrequencyPanel panel) {
        return new FrequencyChart(report, panel).draw();
    }

    private String draw() {
        String label = "Average precision by training images of a class";
        Drawing drawing = new Drawing(WIDTH, HEIGHT, report.title() + ": " + label);
        drawing.heading(label);
        Legend legend = new Legend();
        for (int i = 0; i < lines.size(); i++) {
            legend.law(FrequencyPanel.label(report, lines.get(i)), Palette.series(i));
        }
        double top = legend.drawBelowHeading(drawing) + 14;
        PlotArea area =
                new PlotArea(
                        LEFT,
                        top,
                        WIDTH - LEFT - RIGHT,
                        HEIGHT - BOTTOM - top,
                        new Scale.Slots(buckets.stream().map(Bucket::label).toList()),
                        Scale.Linear.over(0, highest()));
        area.draw(drawing, "training images that carry the class", "mean AP@100 (%)");
        double dodge = Math.min(DODGE, 0.6 * area.width() / buckets.size() / lines.size());
        for (int i = 0; i < lines.size(); i++) {
            double shift = dodge * (i - (lines.size() - 1) / 2.0);
            draw(drawing, area, lines.get(i), Palette.series(i), shift);
        }
        return drawing.finish();
    }

    private double highest() {
        double highest =
                lines.stream()
                        .flatMap(line -> line.cells().stream())
                        .mapToDouble(c -> c.interval().map(Interval::high).orElseGet(c::mean))
                        .reduce(0.01, Math::max);
        return Math.min(100, 105 * highest);
    }

    private void draw(Drawing drawing, PlotArea area, Line line, String colour, double shift) {
        String stroke = "stroke=\"%s\"".formatted(colour);
        List<Double> along = new ArrayList<>();
        for (int slot = 0; slot < buckets.size(); slot++) {
            Optional<Cell> cell = line.cell(buckets.get(slot));
            if (cell.isEmpty()) {
                continue;
            }
            double x = area.x(slot) + shift;
            along.add(x);
            along.add(y(area, cell.get().mean()));
            cell.get().interval().ifPresent(i -> whisker(drawing, area, x, i, stroke));
        }
        drawing.path(
                Drawing.polyline(along.stream().mapToDouble(v -> v).toArray()),
                "fill=\"none\" stroke-width=\"1.6\" stroke-opacity=\"0.6\" " + stroke);
        for (int i = 0; i < along.size(); i += 2) {
            Dots.residual(drawing, along.get(i), along.get(i + 1), colour);
        }
    }

    private static void whisker(
            Drawing drawing, PlotArea area, double x, Interval interval, String stroke) {
        double low = y(area, interval.low());
        double high = y(area, interval.high());
        drawing.line(x, low, x, high, stroke);
        drawing.line(x - CAP, low, x + CAP, low, stroke);
        drawing.line(x - CAP, high, x + CAP, high, stroke);
    }

    private static double y(PlotArea area, double precision) {
        return area.y(FrequencyPanel.TEXT.scale() * precision);
    }
}
