package org.jft.core.engine.program;

/**
 * A result, assigned once: by an input or by one node. Equal only to itself by {@code id}.
 *
 * @param id 0, 1, 2, ... in the order of assignment
 * @param name of the vertex that gives it
 * @param shape of one row of the batch
 */
public record Value(int id, String name, Shape shape) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Value value && value.id == id;
    }

    @Override
    public int hashCode() {
        return id;
    }
}
