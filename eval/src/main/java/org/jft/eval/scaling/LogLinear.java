package org.jft.eval.scaling;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code value = a + b log10(n)}: each tenfold of data adds b. The reading of Sun et al. 2017,
 * "Revisiting Unreasonable Effectiveness of Data in Deep Learning Era", arXiv 1707.02968. It never
 * saturates, so it cannot hold for ever: a score would pass 1.
 *
 * @param a value at one image; an extrapolation far below any data
 * @param b value per tenfold of data
 */
public record LogLinear(double a, double b) implements ScalingLaw {
    /** The name in files. */
    public static final String NAME = "log_linear";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Double> parameters() {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put("a", a);
        parameters.put("b", b);
        return parameters;
    }

    @Override
    public double valueAt(double examples) {
        return a + b * Math.log10(examples);
    }
}
