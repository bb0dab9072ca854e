package org.jft.data.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A {@code tf.train.Example}: exactly this message, anything else is refused.
 *
 * <pre>
 *   Example  { Features features = 1; }
 *   Features { map&lt;string, Feature&gt; feature = 1; }      // entries { key = 1; value = 2; }
 *   Feature  { oneof { BytesList = 1; FloatList = 2; Int64List = 3; } }
 *   XList    { repeated x value = 1; }                     // numbers packed or not
 * </pre>
 */
public final class Example {
    /** More values in one list are no labels; a broken message must not claim all memory. */
    private static final int MAX_VALUES = 1 << 22;

    /** A feature that has no values, or is not there. */
    private static final Feature NOTHING = new Feature("nothing", List.of(), null, null);

    private final Map<String, Feature> features = new HashMap<>();

    /** Part of the message. */
    public record Slice(int offset, int length) {}

    private record Feature(String kind, List<Slice> bytes, float[] floats, long[] ints) {}

    private Example() {}

    /**
     * Parses a message.
     *
     * @throws MalformedExampleException when it is no Example
     */
    public static Example parse(byte[] message) throws MalformedExampleException {
        Example example = new Example();
        ProtoReader in = new ProtoReader(message, 0, message.length);
        while (in.next()) {
            ProtoReader featureMap = in.message(1);
            while (featureMap.next()) {
                example.addEntry(message, featureMap.message(1));
            }
        }
        return example;
    }

    private void addEntry(byte[] message, ProtoReader entry) throws MalformedExampleException {
        String key = "";
        Feature value = NOTHING;
        while (entry.next()) {
            if (entry.field() == 1) {
                Slice slice = entry.bytes(1);
                key = new String(message, slice.offset, slice.length, UTF_8);
            } else {
                value = feature(entry.message(2));
            }
        }
        features.put(key, value);
    }

    private static Feature feature(ProtoReader in) throws MalformedExampleException {
        Feature feature = NOTHING;
        while (in.next()) {
            int kind = in.field();
            ProtoReader list = in.message(kind);
            feature =
                    switch (kind) {
                        case 1 -> new Feature("bytes", bytes(list), null, null);
                        case 2 -> new Feature("floats", null, floats(list), null);
                        case 3 -> new Feature("integers", null, null, ints(list));
                        default -> throw in.unexpected();
                    };
        }
        return feature;
    }

    private static List<Slice> bytes(ProtoReader in) throws MalformedExampleException {
        List<Slice> values = new ArrayList<>();
        while (in.next()) {
            values.add(in.bytes(1));
            checkCount(values.size() <= MAX_VALUES);
        }
        return values;
    }

    private static float[] floats(ProtoReader in) throws MalformedExampleException {
        float[] values = new float[Math.min(in.remaining() / Float.BYTES, MAX_VALUES)];
        int count = 0;
        while (in.next()) {
            if (in.packed()) {
                for (ProtoReader list = in.message(1); list.remaining() > 0; ) {
                    float value = list.float32();
                    checkCount(count < values.length);
                    values[count++] = value;
                }
            } else {
                checkCount(count < values.length);
                values[count++] = in.float32Field(1);
            }
        }
        return Arrays.copyOf(values, count);
    }

    private static long[] ints(ProtoReader in) throws MalformedExampleException {
        long[] values = new long[Math.min(in.remaining(), MAX_VALUES)];
        int count = 0;
        while (in.next()) {
            if (in.packed()) {
                for (ProtoReader list = in.message(1); list.remaining() > 0; ) {
                    checkCount(count < values.length);
                    values[count++] = list.varint();
                }
            } else {
                checkCount(count < values.length);
                values[count++] = in.varintField(1);
            }
        }
        return Arrays.copyOf(values, count);
    }

    private static void checkCount(boolean fits) throws MalformedExampleException {
        if (!fits) {
            throw new MalformedExampleException(
                    "a feature has more than %,d values".formatted(MAX_VALUES));
        }
    }

    /** Returns the names of all features. */
    public Set<String> names() {
        return new TreeSet<>(features.keySet());
    }

    /** Returns where the strings of a feature lie; empty when there is none of the name. */
    public List<Slice> bytes(String name) throws MalformedExampleException {
        Feature feature = features.getOrDefault(name, NOTHING);
        return require(feature, feature.bytes, name, "bytes");
    }

    /** Returns a feature's numbers; empty when there is none of the name. */
    public float[] floats(String name) throws MalformedExampleException {
        Feature feature = features.getOrDefault(name, NOTHING);
        return feature == NOTHING ? new float[0] : require(feature, feature.floats, name, "floats");
    }

    /** Returns a feature's integers; empty when there is none of the name. */
    public long[] ints(String name) throws MalformedExampleException {
        Feature feature = features.getOrDefault(name, NOTHING);
        return feature == NOTHING ? new long[0] : require(feature, feature.ints, name, "integers");
    }

    private static <T> T require(Feature feature, T values, String name, String kind)
            throws MalformedExampleException {
        if (values == null) {
            throw new MalformedExampleException(
                    "the feature %s holds %s, not %s".formatted(name, feature.kind, kind));
        }
        return values;
    }
}
