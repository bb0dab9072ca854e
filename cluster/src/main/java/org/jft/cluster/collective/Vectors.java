package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;
import org.jft.cluster.protocol.FrameDescriptor;

/**
 * Moves floats between a vector and the memory of a stream, one bulk copy each way, and sums them
 * there. A stream's memory is one or a few large buffers, so the view over the last one is kept.
 */
final class Vectors {
    private final float[] mine;
    private final float[] theirs;
    private ByteBuffer viewed;
    private FloatBuffer view;

    /** Makes scratch space for payloads of up to this many floats; small enough to stay in L1. */
    Vectors(int capacity) {
        mine = new float[capacity];
        theirs = new float[capacity];
    }

    static void check(FloatBuffer vector) {
        checkArgument(
                vector.isDirect() && !vector.isReadOnly(),
                "the vector must be a writable direct buffer");
        checkArgument(
                vector.order() == FrameDescriptor.BYTE_ORDER,
                "the vector must be in native byte order, and that little-endian: order=%s",
                vector.order());
    }

    /** Copies out: stream[offset ...] = vector[first ... first + count). */
    void write(FloatBuffer vector, int first, int count, DirectBuffer stream, int offset) {
        view(stream).put(floatIndex(stream, offset), vector, first, count);
    }

    /** Copies in: vector[first ... first + count) = stream[offset ...]. */
    void copy(DirectBuffer stream, int offset, FloatBuffer vector, int first, int count) {
        vector.put(first, view(stream), floatIndex(stream, offset), count);
    }

    /**
     * Adds in: vector[first ... first + count) += stream[offset ...]. Through arrays, because that
     * is the loop the JIT compiler turns into vector instructions.
     */
    void add(DirectBuffer stream, int offset, FloatBuffer vector, int first, int count) {
        view(stream).get(floatIndex(stream, offset), theirs, 0, count);
        vector.get(first, mine, 0, count);
        for (int i = 0; i < count; i++) {
            mine[i] += theirs[i];
        }
        vector.put(first, mine, 0, count);
    }

    private FloatBuffer view(DirectBuffer stream) {
        if (stream.byteBuffer() != viewed) {
            viewed = stream.byteBuffer();
            view = viewed.duplicate().clear().order(FrameDescriptor.BYTE_ORDER).asFloatBuffer();
        }
        return view;
    }

    private static int floatIndex(DirectBuffer stream, int offset) {
        return (stream.wrapAdjustment() + offset) / Float.BYTES;
    }
}
