package org.jft.eval.report;

import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.LogLinear;
import org.jft.eval.scaling.OffsetPower;
import org.jft.eval.scaling.PowerLaw;
import org.jft.eval.scaling.Response;
import org.jft.eval.scaling.SaturatingPower;
import org.jft.eval.scaling.ShiftedPower;
import org.jft.eval.scaling.SigmoidalPower;

/**
 * How a law looks.
 *
 * @param formula HTML
 */
record LawStyle(String label, String formula, String colour) {
    private static final String MINUS_ALPHA = "<sup>\u2212alpha</sup>";

    static LawStyle of(FittedLaw fitted, Response response) {
        String value = response == Response.SCORE ? "score" : "loss";
        String error = response == Response.SCORE ? "1 \u2212 score" : "loss";
        String formula =
                switch (fitted.law()) {
                    case LogLinear.NAME -> value + " = a + b log<sub>10</sub>(n)";
                    case PowerLaw.NAME -> error + " = beta n" + MINUS_ALPHA;
                    case SaturatingPower.NAME -> error + " = e_inf + beta n" + MINUS_ALPHA;
                    case OffsetPower.NAME -> error + " = beta (1/n + gamma)<sup>alpha</sup>";
                    case ShiftedPower.NAME -> error + " = e_inf + beta (n + shift)" + MINUS_ALPHA;
                    case SigmoidalPower.NAME ->
                            "(error \u2212 e_inf) / (e_0 \u2212 error)<sup>kappa</sup> = beta n"
                                    + MINUS_ALPHA;
                    default -> "";
                };
        return new LawStyle(label(fitted.law()), formula, colour(fitted.law()));
    }

    /** Returns a law's name for readers. */
    static String label(String law) {
        return switch (law) {
            case LogLinear.NAME -> "log-linear";
            case PowerLaw.NAME -> "power law";
            case SaturatingPower.NAME -> "saturating power law";
            case OffsetPower.NAME -> "offset power law";
            case ShiftedPower.NAME -> "shifted power law";
            case SigmoidalPower.NAME -> "sigmoidal power law";
            default -> law;
        };
    }

    private static String colour(String law) {
        return switch (law) {
            case LogLinear.NAME -> Palette.BLUE;
            case SaturatingPower.NAME -> Palette.VERMILION;
            default -> Palette.GREEN;
        };
    }
}
