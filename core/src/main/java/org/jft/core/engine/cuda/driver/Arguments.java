package org.jft.core.engine.cuda.driver;

import java.util.Arrays;

/** The arguments of a launch in order, each in eight bytes as the driver reads them. */
public final class Arguments {
    /** What an argument is; its name in the kernel's signature. */
    public enum Kind {
        /** A pointer. */
        ADDRESS,
        /** {@code int}. */
        INT,
        /** {@code long long}. */
        LONG,
        /** {@code float}. */
        FLOAT
    }

    private Kind[] kinds = new Kind[8];
    private long[] bits = new long[8];
    private int count;

    /** Adds a pointer; 0 is null. */
    public Arguments address(long value) {
        return add(Kind.ADDRESS, value);
    }

    /** Adds an {@code int}. */
    public Arguments int32(int value) {
        return add(Kind.INT, value & 0xffffffffL);
    }

    /** Adds a {@code long long}. */
    public Arguments int64(long value) {
        return add(Kind.LONG, value);
    }

    /** Adds a {@code float}. */
    public Arguments float32(float value) {
        return add(Kind.FLOAT, Float.floatToRawIntBits(value) & 0xffffffffL);
    }

    private Arguments add(Kind kind, long value) {
        if (count == bits.length) {
            kinds = Arrays.copyOf(kinds, 2 * count);
            bits = Arrays.copyOf(bits, 2 * count);
        }
        kinds[count] = kind;
        bits[count++] = value;
        return this;
    }

    /** Returns how many there are. */
    public int count() {
        return count;
    }

    /** Returns what an argument is. */
    public Kind kind(int index) {
        return kinds[index];
    }

    /** Returns an argument's value, little-endian in the low bytes. */
    public long bits(int index) {
        return bits[index];
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ", ");
            text.append(text(kinds[i], bits[i]));
        }
        return text.append(')').toString();
    }

    private static String text(Kind kind, long bits) {
        return switch (kind) {
            case ADDRESS -> "0x" + Long.toHexString(bits);
            case INT -> Integer.toString((int) bits);
            case LONG -> Long.toString(bits);
            case FLOAT -> Float.toString(Float.intBitsToFloat((int) bits));
        };
    }
}
