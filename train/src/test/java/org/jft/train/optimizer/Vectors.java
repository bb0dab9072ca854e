package org.jft.train.optimizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;

/** Flat vectors in memory as an engine has them. */
final class Vectors {
    private Vectors() {}

    /** Returns values between -0.5 and 0.5. */
    static FloatBuffer random(Random random, int length) {
        FloatBuffer vector = direct(length);
        for (int i = 0; i < length; i++) {
            vector.put(i, random.nextFloat() - 0.5f);
        }
        return vector;
    }

    static FloatBuffer copy(FloatBuffer vector) {
        return direct(vector.remaining()).put(vector.duplicate()).flip();
    }

    /** Returns zeros. */
    static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
