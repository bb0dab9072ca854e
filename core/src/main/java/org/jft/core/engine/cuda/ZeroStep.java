package org.jft.core.engine.cuda;

import java.util.function.ToLongFunction;

/** Zeros. */
record ZeroStep(Place at, long bytes) implements Step {
    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        long start = addresses.applyAsLong(at);
        return stream -> stream.zero(start, bytes);
    }
}
