package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Memory that a kernel reads or writes; after a launch it holds what the kernel left. */
final class DeviceArray {
    private static final byte GARBAGE = (byte) 0xcd;

    private final ByteBuffer bytes;
    private int offset;

    private DeviceArray(int size) {
        bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns memory that nobody has written. */
    static DeviceArray unset(int size) {
        DeviceArray array = new DeviceArray(size);
        Arrays.fill(array.bytes.array(), GARBAGE);
        return array;
    }

    static DeviceArray unset(Format format, int count) {
        return unset(format.bytes() * count);
    }

    static DeviceArray unsetFloats(int count) {
        return unset(Float.BYTES * count);
    }

    static DeviceArray of(Format format, float... values) {
        DeviceArray array = new DeviceArray(format.bytes() * values.length);
        for (int i = 0; i < values.length; i++) {
            int pattern = format.encode(values[i]);
            if (format.bytes() == Float.BYTES) {
                array.bytes.putInt(Float.BYTES * i, pattern);
            } else {
                array.bytes.putShort(Short.BYTES * i, (short) pattern);
            }
        }
        return array;
    }

    static DeviceArray floats(float... values) {
        return of(Format.FP32, values);
    }

    static DeviceArray doubles(double... values) {
        DeviceArray array = new DeviceArray(Double.BYTES * values.length);
        array.bytes.asDoubleBuffer().put(values);
        return array;
    }

    static DeviceArray ints(int... values) {
        DeviceArray array = new DeviceArray(Integer.BYTES * values.length);
        array.bytes.asIntBuffer().put(values);
        return array;
    }

    static DeviceArray bytes(byte... values) {
        DeviceArray array = new DeviceArray(values.length);
        array.bytes.put(0, values);
        return array;
    }

    /** Lets it begin one float behind a multiple of 16 bytes, as slices of the flat vectors may. */
    DeviceArray asSlice() {
        offset = Float.BYTES;
        return this;
    }

    int offset() {
        return offset;
    }

    /** Returns the bytes themselves. */
    byte[] content() {
        return bytes.array();
    }

    ByteBuffer buffer() {
        return bytes;
    }

    int[] patterns(Format format) {
        int[] patterns = new int[bytes.capacity() / format.bytes()];
        Arrays.setAll(
                patterns,
                i ->
                        format.bytes() == Float.BYTES
                                ? bytes.getInt(Float.BYTES * i)
                                : Short.toUnsignedInt(bytes.getShort(Short.BYTES * i)));
        return patterns;
    }

    float[] values(Format format) {
        int[] patterns = patterns(format);
        float[] values = new float[patterns.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = format.decode(patterns[i]);
        }
        return values;
    }

    float[] floats() {
        return values(Format.FP32);
    }

    double[] doubles() {
        double[] values = new double[bytes.capacity() / Double.BYTES];
        bytes.asDoubleBuffer().get(values);
        return values;
    }

    int[] ints() {
        return patterns(Format.FP32);
    }
}
