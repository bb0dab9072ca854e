package org.jft.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.FittedLaw;

/**
 * A law as a picture shows it.
 *
 * @param points the colour of the series' points
 */
record Trace(String label, String colour, String points, ReportSeries series, FittedLaw law) {
    /** Every law of one series, told apart by the laws' colours. */
    static List<Trace> ofLaws(ReportSeries series) {
        List<Trace> traces = new ArrayList<>();
        for (FittedLaw law : series.fits()) {
            LawStyle style = LawStyle.of(law, series.response());
            traces.add(new Trace(style.label(), style.colour(), Palette.QUIET, series, law));
        }
        return traces;
    }

    /** The chosen law of every series, told apart by the series' colours. */
    static List<Trace> ofSeries(List<ReportSeries> all) {
        List<Trace> traces = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String colour = Palette.series(i);
            FittedLaw law = all.get(i).chosen().orElse(all.get(i).fits().get(0));
            traces.add(new Trace(all.get(i).name(), colour, colour, all.get(i), law));
        }
        return traces;
    }

    /** The laws of the only series, or one law of each. */
    static List<Trace> of(SweepReport report) {
        return report.series().size() == 1
                ? ofLaws(report.series().get(0))
                : ofSeries(report.drawn());
    }

    Optional<Fit> fit() {
        return law.fit();
    }
}
