package org.jft.core.engine;

/**
 * What a forward pass is for.
 *
 * @param training batch statistics, dropout and memory for backward, against running statistics
 * @param draw which dropout masks a training pass takes: they are a pure function of this number,
 *     the graph's seed, the vertex and the element. A run gives each pass a number of its own that
 *     does not depend on who computes it or when: the position of its first sample
 */
public record Pass(boolean training, long draw) {
    /** Nothing random, and no backward. */
    public static final Pass INFERENCE = new Pass(false, 0);

    /** Returns a pass that may go backward. */
    public static Pass training(long draw) {
        return new Pass(true, draw);
    }
}
