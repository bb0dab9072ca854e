package org.jft.train.sharding;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.train.objective.ClassSlice;

/**
 * Where a part of a network has its parameters in the flat vector of the whole. In the part's own
 * vector the ranges follow one another.
 */
record ModelPart(List<Range> ranges) {
    /** Floats {@code whole} to {@code whole + length - 1} of the whole. */
    record Range(int whole, int length) {}

    ModelPart {
        ranges = List.copyOf(ranges);
    }

    /** Returns the layers that a part has in common with the whole, in the part's order. */
    static ModelPart of(ParameterLayout whole, ParameterLayout part) {
        return new ModelPart(
                part.slices().stream()
                        .map(slice -> new Range(same(whole, slice).offset(), slice.length()))
                        .toList());
    }

    private static Slice same(ParameterLayout layout, Slice slice) {
        return layout.slices().stream()
                .filter(s -> s.layer().equals(slice.layer()) && s.kind() == slice.kind())
                .findFirst()
                .orElseThrow();
    }

    /**
     * Returns some classes of a dense layer. Its weights lie class by class, [classes, features]
     * row-major, so a slice of the classes is one range of them.
     */
    static ModelPart of(ParameterLayout whole, String head, int classes, ClassSlice slice) {
        List<Range> ranges = new ArrayList<>();
        for (Slice tensor : whole.slices()) {
            if (tensor.layer().equals(head)) {
                int perClass = tensor.length() / classes;
                ranges.add(
                        new Range(
                                tensor.offset() + perClass * slice.first(),
                                perClass * slice.count()));
            }
        }
        return new ModelPart(ranges);
    }

    int length() {
        return ranges.stream().mapToInt(Range::length).sum();
    }

    /** Copies the part out of the whole; both begin where their buffers do. */
    void take(FloatBuffer whole, FloatBuffer part) {
        int at = 0;
        for (Range range : ranges) {
            part.put(at, whole, range.whole(), range.length());
            at += range.length();
        }
    }

    /** Copies the part to its place in the whole. */
    void give(FloatBuffer part, FloatBuffer whole) {
        int at = 0;
        for (Range range : ranges) {
            whole.put(range.whole(), part, at, range.length());
            at += range.length();
        }
    }
}
