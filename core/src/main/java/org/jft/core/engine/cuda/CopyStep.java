package org.jft.core.engine.cuda;

import java.util.function.ToLongFunction;

/** A copy on the device. */
record CopyStep(Place to, Place from, long bytes) implements Step {
    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        long target = addresses.applyAsLong(to);
        long source = addresses.applyAsLong(from);
        return stream -> stream.copyOnDevice(target, source, bytes);
    }
}
