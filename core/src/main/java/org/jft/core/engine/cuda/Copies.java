package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Copies of parameters in the layout and type that kernels want, made anew at the start of each
 * pass: they cannot be stale, and forward and backward share them.
 */
final class Copies {
    private final Map<Object, Place> places = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private long bytes;

    /**
     * Returns a copy, planned at the first call.
     *
     * @param of what is copied, and how
     * @param making the launch that makes it, given its place
     */
    Place get(Object of, long size, Function<Place, Step> making) {
        Place known = places.get(of);
        if (known == null) {
            known = reserve(size);
            places.put(of, known);
            steps.add(making.apply(known));
        }
        return known;
    }

    /** Reserves memory beside the copies. */
    Place reserve(long size) {
        Place place = Place.copy(bytes);
        bytes = TaskBuilder.roundUp(bytes + size);
        return place;
    }

    void add(Step step) {
        steps.add(step);
    }

    /** Returns what makes the copies, in order. */
    List<Step> steps() {
        return List.copyOf(steps);
    }

    long bytes() {
        return bytes;
    }
}
