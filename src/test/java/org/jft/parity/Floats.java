package org.jft.parity;

import java.nio.FloatBuffer;
import org.jft.core.engine.Engine;
import org.jft.core.engine.ParameterLayout.Slice;

/** Copies out of an engine's buffers, and the simplest update. */
final class Floats {
    private Floats() {}

    /** Returns what is between position and limit. */
    static float[] copy(FloatBuffer buffer) {
        float[] values = new float[buffer.remaining()];
        buffer.duplicate().get(values);
        return values;
    }

    /** Returns the same as doubles. */
    static double[] read(FloatBuffer buffer) {
        return read(buffer, 0, buffer.remaining());
    }

    /** Returns {@code length} elements from {@code offset} behind the position. */
    static double[] read(FloatBuffer buffer, int offset, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = buffer.get(buffer.position() + offset + i);
        }
        return values;
    }

    /** Moves the parameters against their gradients, running statistics by their whole step. */
    static void descend(Engine engine, float rate) {
        FloatBuffer parameters = engine.parameters();
        FloatBuffer gradients = engine.gradients();
        for (Slice slice : engine.layout().slices()) {
            float factor = slice.kind().trainable() ? rate : 1;
            for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                parameters.put(i, parameters.get(i) - factor * gradients.get(i));
            }
        }
    }
}
