package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code error = e_inf + beta (n + shift)^-alpha}: a saturating power law whose fall begins only at
 * about {@code shift} images. {@code E = a (C + d)^-b + c} of Zhai et al. 2022, "Scaling Vision
 * Transformers", arXiv 2106.04560.
 *
 * @param response how a value and its error belong together
 * @param errorFloor e_inf; not negative
 * @param beta not negative
 * @param alpha the exponent; not negative
 * @param shift images; not negative
 */
public record ShiftedPower(
        Response response, double errorFloor, double beta, double alpha, double shift)
        implements ScalingLaw {
    /** The name in files. */
    public static final String NAME = "shifted_power";

    public ShiftedPower {
        checkArgument(
                errorFloor >= 0 && beta >= 0 && alpha >= 0 && shift >= 0,
                "e_inf=%s, beta=%s, alpha=%s and shift=%s must not be negative",
                errorFloor,
                beta,
                alpha,
                shift);
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
        parameters.put("shift", shift);
        return parameters;
    }

    @Override
    public double valueAt(double examples) {
        return response.value(errorFloor + beta * Math.pow(examples + shift, -alpha));
    }
}
