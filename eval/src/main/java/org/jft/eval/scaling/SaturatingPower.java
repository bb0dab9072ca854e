package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code error = e_inf + beta n^-alpha}: the error falls as a power of the data towards a floor. M2
 * of Alabdulmohsin, Neyshabur, Zhai 2022, "Revisiting Neural Scaling Laws in Language and Vision",
 * arXiv 2209.06640; the form also of Hestness et al. 2017, arXiv 1712.00409.
 *
 * @param response how a value and its error belong together
 * @param errorFloor e_inf, the error that no amount of this data removes; not negative
 * @param beta the removable error at one image; not negative
 * @param alpha the exponent; 0 only when the error does not fall at all
 */
public record SaturatingPower(Response response, double errorFloor, double beta, double alpha)
        implements ScalingLaw {
    /** The name in files. */
    public static final String NAME = "saturating_power";

    public SaturatingPower {
        checkArgument(
                errorFloor >= 0 && beta >= 0 && alpha >= 0,
                "e_inf=%s, beta=%s and alpha=%s must not be negative",
                errorFloor,
                beta,
                alpha);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Double> parameters() {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put("e_inf", errorFloor);
        parameters.put("beta", beta);
        parameters.put("alpha", alpha);
        return parameters;
    }

    @Override
    public double valueAt(double examples) {
        return response.value(errorFloor + beta * Math.pow(examples, -alpha));
    }
}
