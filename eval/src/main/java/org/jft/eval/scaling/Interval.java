package org.jft.eval.scaling;

/** A confidence interval, both ends included. */
public record Interval(double low, double high) {
    /** Returns whether a value lies inside. */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
