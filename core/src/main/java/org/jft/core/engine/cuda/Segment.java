package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jft.core.engine.ParameterLayout.Slice;

/**
 * A part of backward, up to where enough gradients are final to be worth sending.
 *
 * @param first task
 * @param end task behind the last
 * @param ranges of the flat gradient that are final after it
 */
record Segment(int first, int end, List<Range> ranges) {
    /** Elements of the flat gradient. */
    record Range(int offset, int length) {
        long byteOffset() {
            return (long) Float.BYTES * offset;
        }

        long bytes() {
            return (long) Float.BYTES * length;
        }
    }

    /** Cuts backward. Segments cover all tasks; the last may complete less. */
    static List<Segment> of(List<CompiledTask> tasks, int leastFloats) {
        List<Segment> segments = new ArrayList<>();
        List<Slice> complete = new ArrayList<>();
        int first = 0;
        long floats = 0;
        for (int i = 0; i < tasks.size(); i++) {
            for (Slice slice : tasks.get(i).task().completes()) {
                complete.add(slice);
                floats += slice.length();
            }
            if (floats >= leastFloats || i == tasks.size() - 1) {
                segments.add(new Segment(first, i + 1, merge(complete)));
                complete.clear();
                floats = 0;
                first = i + 1;
            }
        }
        return segments;
    }

    /** Merges slices that lie side by side. */
    private static List<Range> merge(List<Slice> slices) {
        List<Range> ranges = new ArrayList<>();
        for (Slice slice :
                slices.stream().sorted(Comparator.comparingInt(Slice::offset)).toList()) {
            Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.offset + last.length == slice.offset()) {
                ranges.set(ranges.size() - 1, new Range(last.offset, last.length + slice.length()));
            } else {
                ranges.add(new Range(slice.offset(), slice.length()));
            }
        }
        return ranges;
    }
}
