package org.jft.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.eval.report.ReportSeries.Choice;
import org.jft.eval.scaling.Bootstrap;
import org.jft.eval.scaling.Curve;
import org.jft.eval.scaling.CurveFitter;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.LawChoice;
import org.jft.eval.scaling.LogLinear;
import org.jft.eval.scaling.OffsetPower;
import org.jft.eval.scaling.PowerLaw;
import org.jft.eval.scaling.Residuals;
import org.jft.eval.scaling.Response;
import org.jft.eval.scaling.SaturatingPower;
import org.jft.eval.scaling.ShiftedPower;
import org.jft.eval.scaling.SigmoidalPower;

/**
 * From points to a series: the line, the saturating law, and whichever law extrapolates best.
 *
 * @param target a score or loss to say how much data it takes
 */
public record SeriesFits(Bootstrap bootstrap, Optional<Double> target) {
    /** Fits the points of one series. */
    public ReportSeries fit(
            String name, String metric, Response response, List<ReportPoint> points) {
        Curve curve = ReportSeries.curve(metric, response, points);
        LawChoice choice = LawChoice.among(candidates(), curve);
        List<FittedLaw> fits = new ArrayList<>();
        FittedLaw line = fit(curve, CurveFitter.logLinear());
        fits.add(line);
        FittedLaw saturating = fit(curve, CurveFitter.saturatingPower(Residuals.LINEAR));
        fits.add(saturating);
        choice.best()
                .filter(best -> fits.stream().noneMatch(fit -> fit.law().equals(best.law())))
                .ifPresent(best -> fits.add(fit(curve, best)));
        return new ReportSeries(
                name, metric, response, points, fits, choice(choice, line, saturating));
    }

    private static List<CurveFitter> candidates() {
        return List.of(
                CurveFitter.logLinear(),
                CurveFitter.regression(PowerLaw.NAME),
                CurveFitter.saturatingPower(Residuals.LINEAR),
                CurveFitter.regression(OffsetPower.NAME),
                CurveFitter.regression(ShiftedPower.NAME),
                CurveFitter.regression(SigmoidalPower.NAME));
    }

    private FittedLaw fit(Curve curve, CurveFitter fitter) {
        return bootstrap.fit(curve, fitter, Bootstrap.FACTORS, target);
    }

    private static Choice choice(LawChoice choice, FittedLaw line, FittedLaw saturating) {
        if (choice.best().isPresent()) {
            return new Choice(
                    choice.best().get().law(),
                    "of the laws it extrapolates best from the smaller sizes to the larger ones",
                    choice.scores());
        }
        boolean identified = saturating.fit().map(Fit::identified).orElse(false);
        boolean nearer = identified && spread(saturating) < spread(line);
        String why = "too few sizes to choose by extrapolation, and the saturating law is ";
        return new Choice(
                nearer ? SaturatingPower.NAME : LogLinear.NAME,
                why + (nearer ? "nearer" : identified ? "not nearer" : "not identified"),
                choice.scores());
    }

    /** Returns the variance about a law: squares over runs less parameters. */
    private static double spread(FittedLaw fitted) {
        Fit fit = fitted.fit().orElseThrow();
        int runs = fit.residuals().size();
        return fit.rmse() * fit.rmse() * runs / (runs - fit.law().parameters().size());
    }
}
