package org.jft.eval.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code residuals.svg}: measured minus fitted, for every run and law. Points on one side of zero
 * over a stretch of sizes say that a law bends the wrong way there.
 */
final class ResidualChart {
    private static final int WIDTH = 880;
    private static final int HEIGHT = 310;
    private static final double LEFT = 74;
    private static final double RIGHT = 66;
    private static final double BOTTOM = 62;
    private static final double DODGE = 9; // pixels between laws, so that they do not hide

    private final String title;
    private final List<Trace> traces;
    private final MetricText text;

    private ResidualChart(String title, List<Trace> all) {
        this.title = title;
        text = MetricText.of(all.get(0).series());
        traces = all.stream().filter(trace -> trace.fit().isPresent()).toList();
    }

    /** Draws those of the laws of the only series, or of one law of each. */
    static String svg(SweepReport report) {
        return new ResidualChart(report.title(), Trace.of(report)).draw(sizes(report.series()));
    }

    /** Draws those of the laws of one series. */
    static String svg(SweepReport report, ReportSeries series) {
        String title = report.title() + ", " + series.name();
        return new ResidualChart(title, Trace.ofLaws(series)).draw(sizes(List.of(series)));
    }

    private static Scale sizes(List<ReportSeries> series) {
        return Scale.Log.around(
                series.stream().mapToDouble(one -> one.curve().smallest()).min().orElseThrow(),
                series.stream().mapToDouble(one -> one.curve().largest()).max().orElseThrow());
    }

    private String draw(Scale sizes) {
        Drawing drawing = new Drawing(WIDTH, HEIGHT, title + ": residuals of " + text.label());
        drawing.heading("Residuals: measured minus fitted");
        Legend legend = new Legend();
        traces.forEach(trace -> legend.residual(trace.label(), trace.colour()));
        double top = legend.drawBelowHeading(drawing) + 12;
        double reach =
                traces.stream()
                        .flatMap(trace -> trace.fit().orElseThrow().residuals().stream())
                        .mapToDouble(r -> Math.abs(r) * text.scale())
                        .max()
                        .orElse(0);
        double half = reach > 1e-9 ? 1.2 * reach : 1;
        PlotArea area =
                new PlotArea(
                        LEFT,
                        top,
                        WIDTH - LEFT - RIGHT,
                        HEIGHT - BOTTOM - top,
                        sizes,
                        Scale.Linear.over(-half, half));
        area.draw(drawing, "training images (log scale)", text.residualAxis());
        drawing.line(LEFT, area.y(0), area.right(), area.y(0), "stroke=\"#59636e\"");
        for (int i = 0; i < traces.size(); i++) {
            draw(drawing, area, traces.get(i), DODGE * (i - (traces.size() - 1) / 2.0));
        }
        return drawing.finish();
    }

    private void draw(Drawing drawing, PlotArea area, Trace trace, double shift) {
        String colour = trace.colour();
        List<ReportPoint> points = trace.series().points();
        List<Double> residuals = trace.fit().orElseThrow().residuals();
        Map<Long, Double> means =
                IntStream.range(0, residuals.size())
                        .boxed()
                        .collect(
                                Collectors.groupingBy(
                                        i -> points.get(i).examples(),
                                        TreeMap::new,
                                        Collectors.averagingDouble(residuals::get)));
        double[] along =
                means.entrySet().stream()
                        .flatMap(
                                e ->
                                        List.of(
                                                area.x(e.getKey()) + shift,
                                                area.y(text.scale() * e.getValue()))
                                                .stream())
                        .mapToDouble(v -> v)
                        .toArray();
        drawing.path(
                Drawing.polyline(along),
                "fill=\"none\" stroke=\"%s\" stroke-opacity=\"0.45\"".formatted(colour));
        for (int i = 0; i < residuals.size(); i++) {
            Dots.residual(
                    drawing,
                    area.x(points.get(i).examples()) + shift,
                    area.y(text.scale() * residuals.get(i)),
                    colour);
        }
    }
}
