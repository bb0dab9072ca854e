package org.jft.eval.transfer.probe;

/** A way to learn classes from features. */
public sealed interface Probe permits RidgeProbe, LogisticProbe, NeighbourProbe {
    /** What a probe has learnt. Thread-safe. */
    @FunctionalInterface
    interface Scorer {
        /**
         * Scores the classes of one image, higher is likelier.
         *
         * @param features [width]
         * @return [K]
         */
        float[] score(float[] features);
    }

    /** Learns; the same examples give the same scorer, bit by bit, on any number of cores. */
    Scorer fit(Examples examples);
}
