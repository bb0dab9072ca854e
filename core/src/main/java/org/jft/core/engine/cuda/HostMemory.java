package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.jft.core.engine.cuda.driver.Memory;

/**
 * Host memory that CUDA allocated, and the addresses of the caller's buffers, as Java sees them.
 */
final class HostMemory {
    /** A number as a pointer. */
    private static final class Address extends Pointer {
        Address(long value) {
            address = value;
        }
    }

    private HostMemory() {}

    /** Views memory; lives as long as it. */
    static FloatBuffer floats(Memory memory, long length) {
        return floats(memory.address(), length);
    }

    static FloatBuffer floats(long address, long length) {
        return length == 0
                ? FloatBuffer.allocate(0)
                : new FloatPointer(new Address(address)).capacity(length).asBuffer();
    }

    static ByteBuffer bytes(long address, long length) {
        return new BytePointer(new Address(address))
                .capacity(length)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    static void zero(Memory memory) {
        Pointer.memset(new Address(memory.address()), 0, memory.bytes());
    }

    /** Copies from a direct buffer, from its beginning, to an address. */
    static void copy(long to, ByteBuffer from, long bytes) {
        Pointer.memcpy(new Address(to), new Address(address(from)), bytes);
    }

    /** Copies from a direct buffer, from its position, to an address. */
    static void copy(long to, FloatBuffer from, long count) {
        long start = new FloatPointer(from.slice()).address(); // a position would lead it astray
        Pointer.memcpy(new Address(to), new Address(start), Float.BYTES * count);
    }

    static long address(ByteBuffer buffer) {
        return new BytePointer(buffer.duplicate().clear()).address();
    }
}
