package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

/**
 * Moves floats between a vector and the memory of a stream, and sums them there; subclasses say as
 * what they travel. Sums go through small arrays, because that is the loop the JIT compiler turns
 * into vector instructions, block by block, so that the arrays stay in the L1 cache.
 */
abstract class Vectors {
    /** Floats in a block. */
    static final int BLOCK = 1024;

    /** Returns the vectors of a wire format. */
    static Vectors of(Wire wire) {
        return wire == Wire.BF16 ? new Bf16Vectors() : new FloatVectors();
    }

    /** Checks what is written to. */
    static void check(FloatBuffer vector) {
        checkArgument(!vector.isReadOnly(), "the vector must be writable");
        checkSource(vector);
    }

    /** Checks what is only read. */
    static void checkSource(FloatBuffer vector) {
        checkArgument(vector.isDirect(), "the vector must be a direct buffer");
        checkArgument(
                vector.order() == FrameDescriptor.BYTE_ORDER,
                "the vector must be in native byte order, and that little-endian: order=%s",
                vector.order());
    }

    /** Checks the vectors of a sum. */
    static void check(FloatBuffer source, FloatBuffer sum) {
        checkSource(source);
        check(sum);
        checkArgument(
                source.remaining() == sum.remaining(),
                "source and sum must be of one length: %s and %s",
                source.remaining(),
                sum.remaining());
    }

    /** Checks a vector and this rank's segment of it. */
    static void checkSegment(FloatBuffer own, FloatBuffer whole, Topology at) {
        checkSource(own);
        checkSource(whole);
        int expected = new Segments(whole.remaining(), at.worldSize()).length(at.rank());
        checkArgument(
                own.remaining() == expected,
                "rank %s of %s owns %s of %s elements, not %s",
                at.rank(),
                at.worldSize(),
                expected,
                whole.remaining(),
                own.remaining());
    }

    /** Returns the bytes a float takes in a stream. */
    abstract int floatBytes();

    /** Copies out: stream[offset ...] = vector[first ... first + count). */
    abstract void write(FloatBuffer vector, int first, int count, DirectBuffer stream, int offset);

    /** Copies in: vector[first ... first + count) = stream[offset ...]. */
    abstract void copy(DirectBuffer stream, int offset, FloatBuffer vector, int first, int count);

    /**
     * Adds in float32: sum[to ... to + count) = source[from ... from + count) + stream[offset ...].
     */
    abstract void add(
            DirectBuffer stream,
            int offset,
            FloatBuffer source,
            int from,
            FloatBuffer sum,
            int to,
            int count);

    /** Rounds in place to what would arrive if this were sent. */
    abstract void round(FloatBuffer vector, int first, int count);

    /** A stream's memory is one or a few large buffers, so the view over the last one is kept. */
    static final class View<T> {
        private final Function<ByteBuffer, T> over;
        private ByteBuffer viewed;
        private T view;

        View(Function<ByteBuffer, T> over) {
            this.over = over;
        }

        T of(DirectBuffer stream) {
            if (stream.byteBuffer() != viewed) {
                viewed = stream.byteBuffer();
                view = over.apply(viewed.duplicate().clear().order(FrameDescriptor.BYTE_ORDER));
            }
            return view;
        }
    }

    /** Returns where a payload starts in the buffer under a stream, in elements of a size. */
    static int index(DirectBuffer stream, int offset, int elementBytes) {
        return (stream.wrapAdjustment() + offset) / elementBytes;
    }
}
