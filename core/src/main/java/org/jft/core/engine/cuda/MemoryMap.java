package org.jft.core.engine.cuda;

import java.util.HashMap;
import java.util.Map;
import org.jft.core.engine.plan.Arena;

/** Where the regions of a compilation lie in one block of device memory. */
final class MemoryMap {
    private record Key(Place.Region region, int index) {}

    private final Arena arena;
    private final Map<Key, Long> offsets = new HashMap<>();
    private long bytes;

    /** Starts with the tensors. */
    MemoryMap(Arena arena) {
        this.arena = arena;
        bytes = arena.bytes();
    }

    void add(Place.Region region, int index, long size) {
        offsets.put(new Key(region, index), bytes);
        bytes = TaskBuilder.roundUp(bytes + size);
    }

    /** Returns the length of the block. */
    long bytes() {
        return bytes;
    }

    /** Returns where a place lies in the block. */
    long offset(Place place) {
        long start =
                place.region() == Place.Region.TENSOR
                        ? arena.offsets().get(place.tensor())
                        : offsets.get(new Key(place.region(), place.index()));
        return start + place.offset();
    }
}
