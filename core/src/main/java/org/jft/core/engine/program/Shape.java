package org.jft.core.engine.program;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One row of a batch. Everything is an image: a vector of C features is C x 1 x 1, and a flattened
 * image stays the image it was, read row-major.
 */
public record Shape(int channels, int height, int width) {
    public Shape {
        checkArgument(
                channels > 0 && height > 0 && width > 0,
                "nothing left: %s x %s x %s",
                channels,
                height,
                width);
    }

    /** Returns a vector. */
    public static Shape ofVector(int channels) {
        return new Shape(channels, 1, 1);
    }

    /** Returns the elements of a row. */
    public int elements() {
        return Math.multiplyExact(channels, Math.multiplyExact(height, width));
    }

    @Override
    public String toString() {
        return channels + "x" + height + "x" + width;
    }
}
