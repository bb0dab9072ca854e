package org.jft.core.engine.plan;

import org.jft.core.engine.program.Shape;

/**
 * A place for data during a step. Equal only to itself; written by one task, unless {@link Task}
 * says it is reused in place.
 */
public final class Tensor {
    /** What lies in a tensor. */
    public enum Content {
        /** Activations or their gradients, in the engine's precision and layout. */
        ACTIVATION,
        /** The same in float32, whatever the engine's precision: what leaves the network. */
        FULL_PRECISION,
        /** One float32 a channel. */
        STATISTIC,
        /** What only the backend that writes it can read: masks, indices of maxima. */
        OPAQUE
    }

    private final String name;
    private final Content content;
    private final Shape shape;

    Tensor(String name, Content content, Shape shape) {
        this.name = name;
        this.content = content;
        this.shape = shape;
    }

    /** Returns what it holds, for messages and profiles. */
    public String name() {
        return name;
    }

    /** Returns the kind of its elements. */
    public Content content() {
        return content;
    }

    /** Returns the shape of one row; a statistic's is C x 1 x 1 and has no rows. */
    public Shape shape() {
        return shape;
    }

    @Override
    public String toString() {
        return name + " " + shape;
    }
}
