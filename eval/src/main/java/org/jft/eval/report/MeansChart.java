package org.jft.eval.report;

import java.util.List;
import java.util.Map;

/**
 * A small picture of several series: the mean of each size as a line, the runs as dots. For pages
 * with several of them beside each other: their axes are given.
 */
final class MeansChart {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 320;
    private static final double LEFT = 70;
    private static final double RIGHT = 18;
    private static final double TOP = 46;
    private static final double BOTTOM = 60;

    private final MetricText text;
    private final Scale xs;
    private final Scale ys;

    /**
     * Prepares axes that hold all points of some series.
     *
     * @param all at least one
     */
    MeansChart(List<ReportSeries> all) {
        text = MetricText.of(all.get(0));
        double smallest = all.stream().mapToDouble(s -> s.curve().smallest()).min().orElseThrow();
        double largest = all.stream().mapToDouble(s -> s.curve().largest()).max().orElseThrow();
        xs = Scale.Log.around(smallest, largest);
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (ReportSeries series : all) {
            for (ReportPoint point : series.points()) {
                low = Math.min(low, text.scale() * series.value(point));
                high = Math.max(high, text.scale() * series.value(point));
            }
        }
        double air = Math.max(0.06 * (high - low), 1e-3 * Math.max(Math.abs(high), 1e-6));
        ys = Scale.Linear.over(Math.max(0, low - air), high + air);
    }

    /** Draws series in the palette's order. */
    String svg(String title, List<ReportSeries> lines) {
        Drawing drawing = new Drawing(WIDTH, HEIGHT, title);
        drawing.text(
                16, 28, title, "font-size=\"15\" font-weight=\"600\" fill=\"" + Palette.INK + "\"");
        PlotArea area =
                new PlotArea(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM, xs, ys);
        area.draw(drawing, "training images (log scale)", text.axis());
        for (int i = 0; i < lines.size(); i++) {
            line(drawing, area, lines.get(i), Palette.series(i));
        }
        return drawing.finish();
    }

    private void line(Drawing drawing, PlotArea area, ReportSeries series, String colour) {
        double[] along = new double[2 * series.means().size()];
        int at = 0;
        for (Map.Entry<Long, Double> mean : series.means().entrySet()) {
            along[at++] = area.x(mean.getKey());
            along[at++] = area.y(text.scale() * mean.getValue());
        }
        drawing.path(
                Drawing.polyline(along),
                "fill=\"none\" stroke=\"%s\" stroke-width=\"2.2\"".formatted(colour));
        for (ReportPoint point : series.points()) {
            double y = area.y(text.scale() * series.value(point));
            Dots.run(drawing, area.x(point.examples()), y, colour);
        }
    }
}
