package org.jft.data.store;

import java.time.Duration;

/**
 * How long requests are waited for.
 *
 * @param connect for a connection
 * @param silence for the next bytes of a response
 * @param response for a whole response, besides what its size takes at the slowest accepted rate
 * @param openPatience no attempt starts later than this after the first, for what begins a run: a
 *     wrong address is told soon
 * @param readPatience the same within a run
 * @param firstDelay longest delay before the second attempt; doubles with each one
 * @param maxDelay bound of these
 */
record Timing(
        Duration connect,
        Duration silence,
        Duration response,
        Duration openPatience,
        Duration readPatience,
        Duration firstDelay,
        Duration maxDelay) {
    static final Timing DEFAULT =
            new Timing(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(5),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(20));

    private static final long SLOWEST_BYTES_PER_SECOND = 256 << 10;

    /** Returns how long a response of so many bytes may take. */
    long responseNs(int bytes) {
        return response.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND).toNanos();
    }

    /** Returns the longest delay after so many failed attempts. */
    long delayBoundNs(int attempts) {
        return (long)
                Math.min(firstDelay.toNanos() * Math.pow(2, attempts - 1), maxDelay.toNanos());
    }
}
