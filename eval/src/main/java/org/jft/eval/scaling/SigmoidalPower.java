package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code (error - e_inf) / (e_0 - error)^kappa = beta n^-alpha}: the error leaves that of a random
 * guess, falls as a power of the data, and ends on a floor. M4 of Alabdulmohsin et al. 2022, arXiv
 * 2209.06640; with kappa = 0 it is {@link SaturatingPower}.
 *
 * @param response how a value and its error belong together
 * @param errorFloor e_inf; not negative
 * @param errorCeiling e_0, above e_inf: the error without data
 * @param logBeta natural logarithm of beta, which itself may be out of a double's range
 * @param alpha the exponent of the data; not negative
 * @param kappa the exponent of the distance to e_0; not negative
 */
public record SigmoidalPower(
        Response response,
        double errorFloor,
        double errorCeiling,
        double logBeta,
        double alpha,
        double kappa)
        implements ScalingLaw {
    /** The name in files. */
    public static final String NAME = "sigmoidal_power";

    private static final int MAX_STEPS = 200;

    public SigmoidalPower {
        checkArgument(
                0 <= errorFloor && errorFloor < errorCeiling,
                "e_inf=%s must lie between 0 and e_0=%s",
                errorFloor,
                errorCeiling);
        checkArgument(
                alpha >= 0 && kappa >= 0,
                "alpha=%s and kappa=%s must not be negative",
                alpha,
                kappa);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Double> parameters() {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put("e_inf", errorFloor);
        parameters.put("e_0", errorCeiling);
        parameters.put("log_beta", logBeta);
        parameters.put("alpha", alpha);
        parameters.put("kappa", kappa);
        return parameters;
    }

    @Override
    public double valueAt(double examples) {
        return response.value(errorAt(logBeta - alpha * Math.log(examples)));
    }

    /**
     * Solves log(x - e_inf) - kappa log(e_0 - x) = level for x by Newton steps inside a bracket,
     * with a bisection wherever one would leave it. The left side rises from -inf to +inf.
     */
    private double errorAt(double level) {
        double low = errorFloor;
        double high = errorCeiling;
        double x = (low + high) / 2;
        for (int step = 0; step < MAX_STEPS && high - low > 1e-15 * high; step++) {
            double above = x - errorFloor;
            double below = errorCeiling - x;
            double excess = Math.log(above) - kappa * Math.log(below) - level;
            if (excess > 0) {
                high = x;
            } else {
                low = x;
            }
            double newton = x - excess / (1 / above + kappa / below);
            double next = low < newton && newton < high ? newton : (low + high) / 2;
            if (next == x) {
                break;
            }
            x = next;
        }
        return x;
    }
}
