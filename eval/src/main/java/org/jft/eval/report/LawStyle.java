package org.jft.eval.report;

import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.LogLinear;
import org.jft.eval.scaling.Response;
import org.jft.eval.scaling.SaturatingPower;

/**
 * How a law looks. Colours are from the palette of Okabe and Ito, told apart by colour-blind
 * readers too.
 *
 * @param formula HTML
 */
record LawStyle(String label, String formula, String colour) {
    static LawStyle of(FittedLaw fitted, Response response) {
        String error = response == Response.SCORE ? "1 \u2212 score" : "loss";
        return switch (fitted.law()) {
            case LogLinear.NAME ->
                    new LawStyle(
                            "log-linear",
                            (response == Response.SCORE ? "score" : "loss")
                                    + " = a + b log<sub>10</sub>(n)",
                            "#0072b2");
            case SaturatingPower.NAME ->
                    new LawStyle(
                            "saturating power law",
                            error + " = e_inf + beta n<sup>\u2212alpha</sup>",
                            "#d55e00");
            default -> new LawStyle(fitted.law(), "", "#009e73");
        };
    }
}
