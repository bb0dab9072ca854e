package org.jft.eval.report;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.eval.scaling.Bootstrap;
import org.jft.eval.scaling.JointFit;
import org.jft.eval.scaling.JointFitter;
import org.jft.eval.scaling.JointPoint;

/**
 * Series that differ in model size alone, and the law of data and model size through all of them.
 *
 * @param name what they have in common; empty when there is nothing to tell apart
 * @param series by ascending model size
 * @param parameters trainable parameters of each
 * @param fit empty when there are too few sizes; {@code obstacle} says so
 */
public record JointPanel(
        String name,
        List<ReportSeries> series,
        List<Long> parameters,
        Optional<JointFit> fit,
        String obstacle) {
    private static final double RANDOM_GUESS = 1; // of a score: nothing right

    public JointPanel {
        series = List.copyOf(series);
        parameters = List.copyOf(parameters);
        checkArgument(
                series.size() == parameters.size(),
                "%s series, but %s model sizes",
                series.size(),
                parameters.size());
    }

    /** Fits the panel. */
    public static JointPanel of(
            String name, List<ReportSeries> series, List<Long> parameters, Bootstrap bootstrap) {
        List<JointPoint> points = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
            ReportSeries one = series.get(i);
            double size = parameters.get(i);
            one.points().forEach(p -> points.add(new JointPoint(p.examples(), size, one.value(p))));
        }
        Optional<String> obstacle = JointFitter.obstacle(series.get(0).response(), points);
        Optional<JointFit> fit =
                obstacle.isPresent()
                        ? Optional.empty()
                        : Optional.of(
                                new JointFitter(series.get(0).response(), RANDOM_GUESS, points)
                                        .fit(bootstrap));
        return new JointPanel(name, series, parameters, fit, obstacle.orElse(""));
    }
}
