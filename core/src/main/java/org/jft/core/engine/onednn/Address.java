package org.jft.core.engine.onednn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.ToLongFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A raw address as JavaCPP wants it; keeps nothing alive. */
final class Address extends Pointer {
    Address(long address) {
        this.address = address;
    }

    /** Returns where the element at a buffer's position lies; the buffer must be direct. */
    static long of(FloatBuffer buffer) {
        return new Pointer(buffer.duplicate().clear()).address()
                + (long) Float.BYTES * buffer.position();
    }

    /** Returns where a direct buffer starts. */
    static long of(ByteBuffer buffer) {
        return new Pointer(buffer.duplicate().clear()).address();
    }

    /** Returns memory as bytes in native order. */
    static ByteBuffer bytes(long address, long length) {
        return new BytePointer(new Address(address))
                .capacity(length)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    /** Returns a place as floats. */
    static FloatBuffer floats(ToLongFunction<Place> addresses, Place place, long length) {
        return floats(addresses.applyAsLong(place), length);
    }

    /** Returns memory as floats. */
    static FloatBuffer floats(long address, long length) {
        return bytes(address, Float.BYTES * length).asFloatBuffer();
    }
}
