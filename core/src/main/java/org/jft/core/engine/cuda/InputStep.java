package org.jft.core.engine.cuda;

import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.TransferKernels.Feed;

/**
 * Loads an input from what the caller gave, pixels or floats; {@link #as} says which.
 *
 * @param index of the input
 */
record InputStep(int index, Step pixels, Step floats) implements Step {
    /** Returns the step for one kind of feed. */
    Step as(Feed feed) {
        return feed == Feed.PIXELS ? pixels : floats;
    }

    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        throw new IllegalStateException("input %s: pixels or floats?".formatted(index));
    }
}
