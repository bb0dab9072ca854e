package org.jft.eval.scaling;

/** What the fitted numbers are, and so what their error is. */
public enum Response {
    /** A score in [0, 1], more is better; its error is 1 - score. */
    SCORE {
        @Override
        boolean admits(double value) {
            return 0 <= value && value <= 1;
        }

        @Override
        public double error(double value) {
            return 1 - value;
        }

        @Override
        public double value(double error) {
            return 1 - error;
        }
    },

    /** A loss or an error rate, not negative, less is better; it is its own error. */
    ERROR {
        @Override
        boolean admits(double value) {
            return 0 <= value && value < Double.POSITIVE_INFINITY;
        }

        @Override
        public double error(double value) {
            return value;
        }

        @Override
        public double value(double error) {
            return error;
        }
    };

    /** Returns whether a measured value can be of this kind. */
    abstract boolean admits(double value);

    /** Returns the error that goes with a value. */
    public abstract double error(double value);

    /** Returns the value that goes with an error. */
    public abstract double value(double error);
}
