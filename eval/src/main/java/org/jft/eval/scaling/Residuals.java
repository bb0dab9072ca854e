package org.jft.eval.scaling;

/** Which distances least squares makes small. */
public enum Residuals {
    /** Of the value itself: every point counts the same. For scores. */
    LINEAR {
        @Override
        double of(Response response, double value) {
            return value;
        }
    },

    /**
     * Of the logarithm of the error: every point counts by its relative error. For losses that span
     * decades, and for comparison with published power-law fits.
     */
    LOG {
        @Override
        double of(Response response, double value) {
            return Math.log(response.error(value));
        }
    };

    /** Returns where a value stands on the axis along which residuals are measured. */
    abstract double of(Response response, double value);
}
