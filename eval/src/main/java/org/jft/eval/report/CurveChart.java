package org.jft.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jft.eval.scaling.BandPoint;
import org.jft.eval.scaling.Bootstrap;
import org.jft.eval.scaling.Response;
import org.jft.eval.scaling.ScalingLaw;

/**
 * {@code curve.svg}: the metric against the number of training images, on a logarithmic axis; every
 * run, the mean of each size, laws with their bands, and what they say up to ten times the data.
 */
final class CurveChart {
    private static final int WIDTH = 880;
    private static final int HEIGHT = 520;
    private static final double LEFT = 74;
    private static final double RIGHT = 66;
    private static final double BOTTOM = 62;
    private static final int STEPS = 120;

    private final String title;
    private final String clip;
    private final List<Trace> traces;
    private final List<ReportSeries> series;
    private final MetricText text;
    private final double smallest;
    private final double largest;
    private final double farthest;

    private CurveChart(String title, String clip, List<Trace> traces) {
        this.title = title;
        this.clip = clip;
        this.traces = traces;
        series = traces.stream().map(Trace::series).distinct().toList();
        text = MetricText.of(series.get(0));
        smallest = series.stream().mapToDouble(one -> one.curve().smallest()).min().orElseThrow();
        largest = series.stream().mapToDouble(one -> one.curve().largest()).max().orElseThrow();
        farthest =
                traces.stream()
                        .flatMap(trace -> trace.law().predictions().stream())
                        .filter(prediction -> prediction.factor() <= Bootstrap.BAND_REACH)
                        .mapToDouble(prediction -> prediction.examples())
                        .reduce(largest, Math::max);
    }

    /** Draws the laws of the only series, or one law of each. */
    static String svg(SweepReport report) {
        return new CurveChart(report.title(), "curve-area", Trace.of(report)).draw();
    }

    /**
     * Draws the laws of one series.
     *
     * @param clip an id that no other picture of the page has
     */
    static String svg(SweepReport report, ReportSeries series, String clip) {
        String title = report.title() + ", " + series.name();
        return new CurveChart(title, clip, Trace.ofLaws(series)).draw();
    }

    private String draw() {
        String label = text.label() + " against training images";
        Drawing drawing = new Drawing(WIDTH, HEIGHT, title + ": " + label);
        drawing.heading(label);
        Legend legend = legend();
        double width = WIDTH - LEFT - RIGHT;
        double top = legend.drawBelowHeading(drawing) + 14;
        PlotArea area =
                new PlotArea(
                        LEFT,
                        top,
                        width,
                        HEIGHT - BOTTOM - top,
                        Scale.Log.around(smallest, farthest),
                        valueScale());
        if (farthest > largest) {
            shadeBeyond(drawing, area);
        }
        area.draw(drawing, "training images (log scale)", text.axis());
        if (farthest > largest) {
            labelBeyond(drawing, area);
        }
        drawing.clip(clip, LEFT, top, width, area.height());
        traces.forEach(trace -> band(drawing, area, trace));
        traces.forEach(trace -> line(drawing, area, trace));
        drawing.endClip();
        points(drawing, area);
        endLabels(drawing, area);
        return drawing.finish();
    }

    private Legend legend() {
        Legend legend = new Legend();
        legend.run("one run");
        if (series.stream().anyMatch(one -> one.means().size() < one.points().size())) {
            legend.mean("mean of a size");
        }
        for (Trace trace : traces) {
            if (trace.law().intervals().isPresent()) {
                String level = Numbers.plain(100 * trace.law().intervals().get().level());
                legend.lawWithBand(
                        "%s, %s%% interval".formatted(trace.label(), level), trace.colour());
            } else if (trace.fit().isPresent()) {
                legend.law(trace.label(), trace.colour());
            }
        }
        return legend;
    }

    /** Holds points and laws; of the bands, up to half as much again. */
    private Scale valueScale() {
        List<Double> values = new ArrayList<>();
        series.forEach(one -> one.points().forEach(point -> values.add(one.value(point))));
        for (Trace trace : traces) {
            trace.fit().ifPresent(fit -> sizes().forEach(n -> values.add(fit.law().valueAt(n))));
        }
        double low = values.stream().min(Comparator.naturalOrder()).orElseThrow();
        double high = values.stream().max(Comparator.naturalOrder()).orElseThrow();
        double reach = (high - low) / 2;
        double bandLow = low;
        double bandHigh = high;
        for (Trace trace : traces) {
            for (BandPoint at : band(trace)) {
                bandLow = Math.min(bandLow, at.value().low());
                bandHigh = Math.max(bandHigh, at.value().high());
            }
        }
        low = Math.max(bandLow, low - reach);
        high = Math.min(bandHigh, high + reach);
        double air = Math.max(0.06 * (high - low), 1e-3 * Math.max(Math.abs(high), 1e-6));
        low -= air;
        high += air;
        if (text.response() == Response.SCORE) {
            high = Math.min(high, 1);
        }
        return Scale.Linear.over(text.scale() * Math.max(0, low), text.scale() * high);
    }

    private List<Double> sizes() {
        double span = Math.log(farthest / smallest);
        return IntStream.rangeClosed(0, STEPS)
                .mapToObj(i -> smallest * Math.exp(span * i / STEPS))
                .toList();
    }

    private static List<BandPoint> band(Trace trace) {
        return trace.law().intervals().map(i -> i.band()).orElse(List.of());
    }

    /** Shades what no run has reached. */
    private void shadeBeyond(Drawing drawing, PlotArea area) {
        double x = area.x(largest);
        drawing.rect(
                x,
                area.top(),
                area.right() - x,
                area.height(),
                "fill=\"%s\"".formatted(Palette.BEYOND));
    }

    private void labelBeyond(Drawing drawing, PlotArea area) {
        boolean rising = text.response() == Response.SCORE;
        drawing.text(
                area.right() - 10,
                rising ? area.bottom() - 12 : area.top() + 20,
                "beyond the data",
                "text-anchor=\"end\" font-style=\"italic\" fill=\"%s\" stroke=\"%s\""
                                .formatted(Palette.QUIET, Palette.BEYOND)
                        + " stroke-width=\"5\" paint-order=\"stroke\"");
    }

    private void band(Drawing drawing, PlotArea area, Trace trace) {
        List<BandPoint> band = band(trace);
        if (band.isEmpty()) {
            return;
        }
        double[] outline = new double[4 * band.size()];
        for (int i = 0; i < band.size(); i++) {
            BandPoint at = band.get(i);
            int back = 4 * band.size() - 2 - 2 * i;
            outline[2 * i] = area.x(at.examples());
            outline[2 * i + 1] = area.y(text.scale() * at.value().high());
            outline[back] = area.x(at.examples());
            outline[back + 1] = area.y(text.scale() * at.value().low());
        }
        drawing.path(
                Drawing.polyline(outline) + "Z",
                "fill=\"%s\" fill-opacity=\"0.14\"".formatted(trace.colour()));
    }

    private void line(Drawing drawing, PlotArea area, Trace trace) {
        if (trace.fit().isEmpty()) {
            return;
        }
        String style = "fill=\"none\" stroke=\"%s\" stroke-width=\"2.2\"".formatted(trace.colour());
        ScalingLaw law = trace.fit().get().law();
        double own = trace.series().curve().largest();
        drawing.path(line(area, law, trace.series().curve().smallest(), own), style);
        if (farthest > own) {
            drawing.path(line(area, law, own, farthest), style + " stroke-dasharray=\"7 5\"");
        }
    }

    private String line(PlotArea area, ScalingLaw law, double from, double to) {
        double[] along = new double[2 * (STEPS + 1)];
        for (int i = 0; i <= STEPS; i++) {
            double n = from * Math.pow(to / from, (double) i / STEPS);
            along[2 * i] = area.x(n);
            along[2 * i + 1] = area.y(text.scale() * law.valueAt(n));
        }
        return Drawing.polyline(along);
    }

    private void points(Drawing drawing, PlotArea area) {
        Map<ReportSeries, String> colours = new LinkedHashMap<>();
        traces.forEach(trace -> colours.put(trace.series(), trace.points()));
        colours.forEach((one, colour) -> points(drawing, area, one, colour));
    }

    private void points(Drawing drawing, PlotArea area, ReportSeries one, String colour) {
        Map<Long, Double> means = one.means();
        if (means.size() < one.points().size()) {
            String meanColour = series.size() == 1 ? Palette.INK : colour;
            means.forEach(
                    (n, v) -> Dots.mean(drawing, area.x(n), area.y(text.scale() * v), meanColour));
        }
        for (ReportPoint point : one.points()) {
            double y = area.y(text.scale() * one.value(point));
            Dots.run(drawing, area.x(point.examples()), y, colour);
        }
    }

    /** Writes each law's value at the right edge, pushed apart where two would touch. */
    private void endLabels(Drawing drawing, PlotArea area) {
        record End(double y, String label, String colour) {}
        List<End> ends = new ArrayList<>();
        for (Trace trace : traces) {
            if (trace.fit().isPresent()) {
                double value = trace.fit().get().law().valueAt(farthest);
                double y = area.y(text.scale() * value);
                if (area.top() <= y && y <= area.bottom()) {
                    ends.add(new End(y, text.value(value), trace.colour()));
                }
            }
        }
        ends.sort(Comparator.comparingDouble(End::y));
        double crowd = 0;
        for (int i = 1; i < ends.size(); i++) {
            crowd += Math.max(0, 16 - (ends.get(i).y() - ends.get(i - 1).y()));
        }
        double y = Double.NEGATIVE_INFINITY;
        for (End end : ends) {
            y = Math.max(end.y() - crowd / 2, y + 16);
            drawing.text(
                    area.right() + 8,
                    y + 4.5,
                    end.label(),
                    "font-weight=\"600\" fill=\"%s\"".formatted(end.colour()));
        }
    }
}
