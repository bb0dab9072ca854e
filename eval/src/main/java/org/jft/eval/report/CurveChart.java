package org.jft.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jft.eval.scaling.BandPoint;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Response;
import org.jft.eval.scaling.ScalingLaw;

/**
 * {@code curve.svg}: the metric against the number of training images, on a logarithmic axis; every
 * run, the mean of each size, every law with its band, and what the laws say beyond the data.
 */
final class CurveChart {
    private static final int WIDTH = 880;
    private static final int HEIGHT = 520;
    private static final double LEFT = 74;
    private static final double RIGHT = 66;
    private static final double BOTTOM = 62;
    private static final int STEPS = 120;

    private final SweepReport report;
    private final MetricText text;
    private final double largest;
    private final double farthest;

    private CurveChart(SweepReport report) {
        this.report = report;
        text = MetricText.of(report);
        largest = report.curve().largest();
        farthest = farthest(report);
    }

    static String svg(SweepReport report) {
        return new CurveChart(report).draw();
    }

    /** Returns the largest size that a point or a prediction stands at. */
    static double farthest(SweepReport report) {
        return report.fits().stream()
                .flatMap(fitted -> fitted.predictions().stream())
                .mapToDouble(prediction -> prediction.examples())
                .reduce(report.curve().largest(), Math::max);
    }

    /** Returns the mean value of each size, ascending. */
    static Map<Long, Double> means(SweepReport report) {
        return report.points().stream()
                .collect(
                        Collectors.groupingBy(
                                ReportPoint::examples,
                                TreeMap::new,
                                Collectors.averagingDouble(report::value)));
    }

    private String draw() {
        String label = text.label() + " against training images";
        Drawing drawing = new Drawing(WIDTH, HEIGHT, report.title() + ": " + label);
        drawing.text(24, 32, label, "font-size=\"17\" font-weight=\"600\" fill=\"#1f2328\"");
        Legend legend = legend();
        double width = WIDTH - LEFT - RIGHT;
        legend.draw(drawing, 24, 44, WIDTH - 48);
        double top = 44 + legend.height(WIDTH - 48) + 14;
        PlotArea area =
                new PlotArea(
                        LEFT,
                        top,
                        width,
                        HEIGHT - BOTTOM - top,
                        Scale.Log.around(report.curve().smallest(), farthest),
                        valueScale());
        if (farthest > largest) {
            shadeBeyond(drawing, area);
        }
        area.draw(drawing, "training images (log scale)", text.axis());
        if (farthest > largest) {
            labelBeyond(drawing, area);
        }
        drawing.clip("curve-area", LEFT, top, width, area.height());
        report.fits().forEach(fitted -> band(drawing, area, fitted));
        report.fits().forEach(fitted -> line(drawing, area, fitted));
        drawing.endClip();
        points(drawing, area);
        endLabels(drawing, area);
        return drawing.finish();
    }

    private Legend legend() {
        Legend legend = new Legend();
        Map<Long, Double> means = means(report);
        legend.run("one run");
        if (means.size() < report.points().size()) {
            legend.mean("mean of a size");
        }
        for (FittedLaw fitted : report.fits()) {
            LawStyle style = LawStyle.of(fitted, report.response());
            if (fitted.intervals().isPresent()) {
                String level = Numbers.plain(100 * fitted.intervals().get().level());
                legend.lawWithBand(
                        "%s, %s%% interval".formatted(style.label(), level), style.colour());
            } else if (fitted.fit().isPresent()) {
                legend.law(style.label(), style.colour());
            }
        }
        return legend;
    }

    /** Holds points and laws; of the bands, up to half as much again. */
    private Scale valueScale() {
        List<Double> values = new ArrayList<>();
        report.points().forEach(point -> values.add(report.value(point)));
        for (FittedLaw fitted : report.fits()) {
            fitted.fit().ifPresent(fit -> sizes().forEach(n -> values.add(fit.law().valueAt(n))));
        }
        double low = values.stream().min(Comparator.naturalOrder()).orElseThrow();
        double high = values.stream().max(Comparator.naturalOrder()).orElseThrow();
        double reach = (high - low) / 2;
        double bandLow = low;
        double bandHigh = high;
        for (FittedLaw fitted : report.fits()) {
            for (BandPoint at : fitted.intervals().map(i -> i.band()).orElse(List.of())) {
                bandLow = Math.min(bandLow, at.value().low());
                bandHigh = Math.max(bandHigh, at.value().high());
            }
        }
        low = Math.max(bandLow, low - reach);
        high = Math.min(bandHigh, high + reach);
        double air = Math.max(0.06 * (high - low), 1e-3 * Math.max(Math.abs(high), 1e-6));
        low -= air;
        high += air;
        if (report.response() == Response.SCORE) {
            high = Math.min(high, 1);
        }
        return Scale.Linear.over(text.scale() * Math.max(0, low), text.scale() * high);
    }

    private List<Double> sizes() {
        double smallest = report.curve().smallest();
        double span = Math.log(farthest / smallest);
        return IntStream.rangeClosed(0, STEPS)
                .mapToObj(i -> smallest * Math.exp(span * i / STEPS))
                .toList();
    }

    /** Shades what no run has reached. */
    private void shadeBeyond(Drawing drawing, PlotArea area) {
        double x = area.x(largest);
        drawing.rect(x, area.top(), area.right() - x, area.height(), "fill=\"#f6f8fa\"");
    }

    private void labelBeyond(Drawing drawing, PlotArea area) {
        boolean rising = report.response() == Response.SCORE;
        drawing.text(
                area.right() - 10,
                rising ? area.bottom() - 12 : area.top() + 20,
                "beyond the data",
                "text-anchor=\"end\" font-style=\"italic\" fill=\"#59636e\" stroke=\"#f6f8fa\""
                        + " stroke-width=\"5\" paint-order=\"stroke\"");
    }

    private void band(Drawing drawing, PlotArea area, FittedLaw fitted) {
        List<BandPoint> band = fitted.intervals().map(i -> i.band()).orElse(List.of());
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
                "fill=\"%s\" fill-opacity=\"0.14\""
                        .formatted(LawStyle.of(fitted, report.response()).colour()));
    }

    private void line(Drawing drawing, PlotArea area, FittedLaw fitted) {
        if (fitted.fit().isEmpty()) {
            return;
        }
        String style =
                "fill=\"none\" stroke=\"%s\" stroke-width=\"2.2\""
                        .formatted(LawStyle.of(fitted, report.response()).colour());
        ScalingLaw law = fitted.fit().get().law();
        drawing.path(line(area, law, report.curve().smallest(), largest), style);
        if (farthest > largest) {
            drawing.path(line(area, law, largest, farthest), style + " stroke-dasharray=\"7 5\"");
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
        Map<Long, Double> means = means(report);
        if (means.size() < report.points().size()) {
            means.forEach((n, v) -> Dots.mean(drawing, area.x(n), area.y(text.scale() * v)));
        }
        for (ReportPoint point : report.points()) {
            double y = area.y(text.scale() * report.value(point));
            Dots.run(drawing, area.x(point.examples()), y);
        }
    }

    /** Writes each law's value at the right edge, pushed apart where two would touch. */
    private void endLabels(Drawing drawing, PlotArea area) {
        record End(double y, String label, String colour) {}
        List<End> ends = new ArrayList<>();
        for (FittedLaw fitted : report.fits()) {
            if (fitted.fit().isPresent()) {
                double value = fitted.fit().get().law().valueAt(farthest);
                double y = area.y(text.scale() * value);
                if (area.top() <= y && y <= area.bottom()) {
                    LawStyle style = LawStyle.of(fitted, report.response());
                    ends.add(new End(y, text.value(value), style.colour()));
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
