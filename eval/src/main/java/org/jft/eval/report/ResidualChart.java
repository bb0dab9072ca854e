package org.jft.eval.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jft.eval.scaling.FittedLaw;

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

    private final SweepReport report;
    private final MetricText text;
    private final List<FittedLaw> fitted;

    private ResidualChart(SweepReport report) {
        this.report = report;
        text = MetricText.of(report);
        fitted = report.fits().stream().filter(law -> law.fit().isPresent()).toList();
    }

    static String svg(SweepReport report) {
        return new ResidualChart(report).draw();
    }

    private String draw() {
        Drawing drawing =
                new Drawing(WIDTH, HEIGHT, report.title() + ": residuals of " + text.label());
        drawing.text(
                24,
                32,
                "Residuals: measured minus fitted",
                "font-size=\"17\" font-weight=\"600\" fill=\"#1f2328\"");
        Legend legend = new Legend();
        for (FittedLaw law : fitted) {
            LawStyle style = LawStyle.of(law, report.response());
            legend.residual(style.label(), style.colour());
        }
        legend.draw(drawing, 24, 44, WIDTH - 48);
        double top = 44 + legend.height(WIDTH - 48) + 12;
        double reach =
                fitted.stream()
                        .flatMap(law -> law.fit().orElseThrow().residuals().stream())
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
                        Scale.Log.around(report.curve().smallest(), report.curve().largest()),
                        Scale.Linear.over(-half, half));
        area.draw(drawing, "training images (log scale)", text.residualAxis());
        drawing.line(LEFT, area.y(0), area.right(), area.y(0), "stroke=\"#59636e\"");
        for (int i = 0; i < fitted.size(); i++) {
            law(drawing, area, fitted.get(i), DODGE * (i - (fitted.size() - 1) / 2.0));
        }
        return drawing.finish();
    }

    private void law(Drawing drawing, PlotArea area, FittedLaw law, double shift) {
        String colour = LawStyle.of(law, report.response()).colour();
        List<Double> residuals = law.fit().orElseThrow().residuals();
        Map<Long, Double> means =
                IntStream.range(0, residuals.size())
                        .boxed()
                        .collect(
                                Collectors.groupingBy(
                                        i -> report.points().get(i).examples(),
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
                    area.x(report.points().get(i).examples()) + shift,
                    area.y(text.scale() * residuals.get(i)),
                    colour);
        }
    }
}
