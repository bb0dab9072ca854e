package org.jft.eval.report;

/** A mark on an axis; without a label it is a minor one. */
record Tick(double value, String label) {
    boolean isMajor() {
        return !label.isEmpty();
    }
}
