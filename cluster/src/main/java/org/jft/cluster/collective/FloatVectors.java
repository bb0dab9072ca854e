package org.jft.cluster.collective;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;

/** Floats travel as they are: one bulk copy each way. */
final class FloatVectors extends Vectors {
    private final float[] mine = new float[BLOCK];
    private final float[] theirs = new float[BLOCK];
    private final View<FloatBuffer> view = new View<>(ByteBuffer::asFloatBuffer);

    @Override
    int floatBytes() {
        return Float.BYTES;
    }

    @Override
    void write(FloatBuffer vector, int first, int count, DirectBuffer stream, int offset) {
        view.of(stream).put(index(stream, offset, Float.BYTES), vector, first, count);
    }

    @Override
    void copy(DirectBuffer stream, int offset, FloatBuffer vector, int first, int count) {
        vector.put(first, view.of(stream), index(stream, offset, Float.BYTES), count);
    }

    @Override
    void add(
            DirectBuffer stream,
            int offset,
            FloatBuffer source,
            int from,
            FloatBuffer sum,
            int to,
            int count) {
        FloatBuffer floats = view.of(stream);
        int at = index(stream, offset, Float.BYTES);
        for (int done = 0; done < count; done += BLOCK) {
            int block = Math.min(BLOCK, count - done);
            floats.get(at + done, theirs, 0, block);
            source.get(from + done, mine, 0, block);
            for (int i = 0; i < block; i++) {
                mine[i] += theirs[i];
            }
            sum.put(to + done, mine, 0, block);
        }
    }

    @Override
    void round(FloatBuffer vector, int first, int count) {}
}
