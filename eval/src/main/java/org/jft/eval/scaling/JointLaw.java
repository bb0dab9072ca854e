package org.jft.eval.scaling;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How error falls with data and model size together: {@code x = a n^-alpha + b m^-beta + c}, and
 * {@code error = e_0 x / sqrt(x^2 + e_0^2)}, for n images and m parameters. Rosenfeld, Rosenfeld,
 * Belinkov, Shavit 2020, "A Constructive Prediction of the Generalization Error Across Scales",
 * arXiv 1909.12673. Their envelope {@code e_0 |x / (x - i eta)|} leads to e_0 where data or model
 * are tiny; as x and eta may be scaled together, eta is e_0 here, so that error is x where it is
 * small, and a, b and c read as errors.
 *
 * @param response how a value and its error belong together
 * @param guess e_0, the error of guessing at random
 * @param a error of one image with an endless model; not negative
 * @param b error of one parameter with endless data; not negative
 * @param c error that neither removes; not negative
 */
public record JointLaw(
        Response response, double guess, double a, double alpha, double b, double beta, double c) {
    /** Returns the parameters by their names in files, in the order of the formula. */
    public Map<String, Double> parameters() {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put("a", a);
        parameters.put("alpha", alpha);
        parameters.put("b", b);
        parameters.put("beta", beta);
        parameters.put("c", c);
        return parameters;
    }

    /**
     * Returns the expected score or loss.
     *
     * @param examples images; may be infinite
     * @param parameters of the model; may be infinite
     */
    public double valueAt(double examples, double parameters) {
        double x = a * Math.pow(examples, -alpha) + b * Math.pow(parameters, -beta) + c;
        return response.value(envelope(x, guess));
    }

    static double envelope(double x, double guess) {
        return guess * x / Math.hypot(x, guess);
    }

    /** Returns x of an error; errors at the random guess or above have the x of one just below. */
    static double inverse(double error, double guess) {
        double below = Math.min(error, 0.999 * guess);
        return below * guess / Math.sqrt((guess - below) * (guess + below));
    }
}
