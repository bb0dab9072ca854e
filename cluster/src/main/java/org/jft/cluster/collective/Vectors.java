package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.core.config.ClusterConfig.Wire;

/**
 * Moves floats between a vector and the memory of a stream, and sums them there; subclasses say as
 * what they travel. Sums go through small arrays, because that is the loop the JIT compiler turns
 * into vector instructions, block by block, so that the arrays stay in the L1 cache.
 */
abstract class Vectors {
    /** Floats in a block. */
    static final int BLOCK = 2048;

    /** Returns the vectors of a wire format. */
    static Vectors of(Wire wire) {
        return wire == Wire.BF16 ? new Bf16Vectors() : new FloatVectors();
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

    /** Returns the bytes a float takes in a stream. */
    abstract int floatBytes();

    /** Copies out: stream[offset ...] = vector[first ... first + count). */
    abstract void write(FloatBuffer vector, int first, int count, DirectBuffer stream, int offset);

    /** Copies in: vector[first ... first + count) = stream[offset ...]. */
    abstract void copy(DirectBuffer stream, int offset, FloatBuffer vector, int first, int count);

    /** Adds in: vector[first ... first + count) += stream[offset ...], in float32. */
    abstract void add(DirectBuffer stream, int offset, FloatBuffer vector, int first, int count);

    /** Rounds in place to what would arrive if this were sent. */
    abstract void round(FloatBuffer vector, int first, int count);

    /** A stream's memory is one or a few large buffers, so the view over the last one is kept. */
    abstract static class View<T> {
        private ByteBuffer viewed;
        private T view;

        final T of(DirectBuffer stream) {
            if (stream.byteBuffer() != viewed) {
                viewed = stream.byteBuffer();
                view = over(viewed.duplicate().clear().order(FrameDescriptor.BYTE_ORDER));
            }
            return view;
        }

        abstract T over(ByteBuffer bytes);
    }

    /** Returns where a payload starts in the buffer under a stream, in elements of a size. */
    static int index(DirectBuffer stream, int offset, int elementBytes) {
        return (stream.wrapAdjustment() + offset) / elementBytes;
    }
}
