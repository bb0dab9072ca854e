package org.jft.cluster.collective;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.agrona.DirectBuffer;

/**
 * Floats travel as bfloat16: the upper half of a float32, rounded to the nearest, ties to even.
 * Half the bytes, with a relative error of at most 2^-8 each time a number is sent.
 */
final class Bf16Vectors extends Vectors {
    private static final int QUIET_NAN = 0x40;

    private final float[] floats = new float[BLOCK];
    private final short[] halves = new short[BLOCK];
    private final View<ShortBuffer> view = new View<>(ByteBuffer::asShortBuffer);

    @Override
    int floatBytes() {
        return Short.BYTES;
    }

    @Override
    void write(FloatBuffer vector, int first, int count, DirectBuffer stream, int offset) {
        ShortBuffer shorts = view.of(stream);
        int to = index(stream, offset, Short.BYTES);
        for (int done = 0; done < count; done += BLOCK) {
            int block = Math.min(BLOCK, count - done);
            vector.get(first + done, floats, 0, block);
            for (int i = 0; i < block; i++) {
                halves[i] = toBf16(floats[i]);
            }
            shorts.put(to + done, halves, 0, block);
        }
    }

    @Override
    void copy(DirectBuffer stream, int offset, FloatBuffer vector, int first, int count) {
        ShortBuffer shorts = view.of(stream);
        int from = index(stream, offset, Short.BYTES);
        for (int done = 0; done < count; done += BLOCK) {
            int block = Math.min(BLOCK, count - done);
            shorts.get(from + done, halves, 0, block);
            for (int i = 0; i < block; i++) {
                floats[i] = toFloat(halves[i]);
            }
            vector.put(first + done, floats, 0, block);
        }
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
        ShortBuffer shorts = view.of(stream);
        int at = index(stream, offset, Short.BYTES);
        for (int done = 0; done < count; done += BLOCK) {
            int block = Math.min(BLOCK, count - done);
            shorts.get(at + done, halves, 0, block);
            source.get(from + done, floats, 0, block);
            for (int i = 0; i < block; i++) {
                floats[i] += toFloat(halves[i]);
            }
            sum.put(to + done, floats, 0, block);
        }
    }

    @Override
    void round(FloatBuffer vector, int first, int count) {
        for (int done = 0; done < count; done += BLOCK) {
            int block = Math.min(BLOCK, count - done);
            vector.get(first + done, floats, 0, block);
            for (int i = 0; i < block; i++) {
                floats[i] = toFloat(toBf16(floats[i]));
            }
            vector.put(first + done, floats, 0, block);
        }
    }

    static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + 0x7fff + (bits >>> 16 & 1);
        // Rounding would carry a NaN over into an infinity or a zero.
        return (short) (value != value ? bits >>> 16 | QUIET_NAN : rounded >>> 16);
    }

    static float toFloat(short bf16) {
        return Float.intBitsToFloat(bf16 << 16);
    }
}
