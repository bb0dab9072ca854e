package org.jft.core.engine.cuda.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The arguments of a launch, in order. */
public final class Arguments {
    /** What an argument is. */
    public enum Kind {
        /** A pointer. */
        ADDRESS,
        /** {@code int}. */
        INT,
        /** {@code long long}. */
        LONG,
        /** {@code float}. */
        FLOAT,
        /** {@code double}. */
        DOUBLE,
        /** A structure of {@code int}, by value. */
        INTS
    }

    private final List<Kind> kinds = new ArrayList<>();
    private final List<long[]> words = new ArrayList<>();
    private final List<Object> values = new ArrayList<>(); // as they were given, for messages

    /** Adds a pointer; 0 is null. */
    public Arguments address(long value) {
        return add(Kind.ADDRESS, value, value);
    }

    /** Adds an {@code int}. */
    public Arguments int32(int value) {
        return add(Kind.INT, value, value & 0xffffffffL);
    }

    /** Adds a {@code long long}. */
    public Arguments int64(long value) {
        return add(Kind.LONG, value, value);
    }

    /** Adds a {@code float}. */
    public Arguments float32(float value) {
        return add(Kind.FLOAT, value, Float.floatToRawIntBits(value) & 0xffffffffL);
    }

    /** Adds a {@code double}. */
    public Arguments float64(double value) {
        return add(Kind.DOUBLE, value, Double.doubleToRawLongBits(value));
    }

    /** Adds a structure. */
    public Arguments ints(int... values) {
        long[] packed = new long[(values.length + 1) / 2];
        for (int i = 0; i < values.length; i++) {
            packed[i / 2] |= (values[i] & 0xffffffffL) << (i % 2 * Integer.SIZE);
        }
        return add(Kind.INTS, values.clone(), packed);
    }

    private Arguments add(Kind kind, Object value, long... word) {
        kinds.add(kind);
        values.add(value);
        words.add(word);
        return this;
    }

    /** Returns what the arguments are. */
    public List<Kind> kinds() {
        return kinds;
    }

    /** Returns an argument as it lies in memory, little-endian. */
    public long[] words(int index) {
        return words.get(index);
    }

    private String text(int index) {
        Object value = values.get(index);
        return switch (kinds.get(index)) {
            case ADDRESS -> "0x" + Long.toHexString((long) value);
            case INTS ->
                    IntStream.of((int[]) value)
                            .mapToObj(Integer::toString)
                            .collect(Collectors.joining(" ", "{", "}"));
            default -> value.toString();
        };
    }

    @Override
    public String toString() {
        return IntStream.range(0, kinds.size())
                .mapToObj(this::text)
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
