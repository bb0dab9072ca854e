package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code error = beta n^-alpha}: a straight line in logarithms, without a floor. M1 of
 * Alabdulmohsin et al. 2022, arXiv 2209.06640.
 *
 * @param response how a value and its error belong together
 * @param beta the error at one image; not negative
 * @param alpha the exponent; not negative
 */
public record PowerLaw(Response response, double beta, double alpha) implements ScalingLaw {
    /** The name in files. */
    public static final String NAME = "power";

    public PowerLaw {
        checkArgument(
                beta >= 0 && alpha >= 0, "beta=%s and alpha=%s must not be negative", beta, alpha);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Double> parameters() {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put("beta", beta);
        parameters.put("alpha", alpha);
        return parameters;
    }

    @Override
    public double valueAt(double examples) {
        return response.value(beta * Math.pow(examples, -alpha));
    }
}
