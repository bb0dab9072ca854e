package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code error = beta (1/n + gamma)^alpha}: as if gamma were the share of the data's use that no
 * amount of it can replace; the error falls as a power of n and then as 1/n towards beta
 * gamma^alpha. M3 of Alabdulmohsin et al. 2022, arXiv 2209.06640.
 *
 * @param response how a value and its error belong together
 * @param beta not negative
 * @param gamma one over the number of images behind which the error flattens; not negative
 * @param alpha the exponent; not negative
 */
public record OffsetPower(Response response, double beta, double gamma, double alpha)
        implements ScalingLaw {
    /** The name in files. */
    public static final String NAME = "offset_power";

    public OffsetPower {
        checkArgument(
                beta >= 0 && gamma >= 0 && alpha >= 0,
                "beta=%s, gamma=%s and alpha=%s must not be negative",
                beta,
                gamma,
                alpha);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Double> parameters() {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put("beta", beta);
        parameters.put("gamma", gamma);
        parameters.put("alpha", alpha);
        return parameters;
    }

    @Override
    public double valueAt(double examples) {
        return response.value(beta * Math.pow(1 / examples + gamma, alpha));
    }
}
