package org.jft.data.store;

import java.util.concurrent.atomic.LongAdder;

/** Counts a {@link Traffic}. Thread-safe. */
final class TrafficCounter {
    final LongAdder fetchedBytes = new LongAdder();
    final LongAdder cacheHits = new LongAdder();
    final LongAdder retries = new LongAdder();

    Traffic snapshot() {
        return new Traffic(fetchedBytes.sum(), cacheHits.sum(), retries.sum());
    }
}
