package org.jft.core.engine.cuda;

import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.Place.Region;

/**
 * Turns places into addresses: a block of a compilation's own, and the vectors that all share.
 *
 * @param start of the block
 */
record Addresses(MemoryMap map, long start, Vectors vectors) implements ToLongFunction<Place> {
    @Override
    public long applyAsLong(Place place) {
        return of(place);
    }

    long of(Place place) {
        if (place.region() == Region.PARAMETERS) {
            return vectors.parameters() + place.offset();
        }
        if (place.region() == Region.GRADIENTS) {
            return vectors.gradients() + place.offset();
        }
        if (place.region() == Region.NUMBERS) {
            return vectors.numbers() + place.offset();
        }
        return start + map.offset(place);
    }
}
