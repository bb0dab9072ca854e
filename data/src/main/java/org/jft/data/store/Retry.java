package org.jft.data.store;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Sends a request again while the failure may pass: exponential backoff with full jitter, each
 * delay drawn evenly from 0 to its bound (Brooker, "Exponential Backoff And Jitter", 2015). The
 * SDK's own retries end where a response begins; these cover its body as well.
 */
final class Retry {
    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
    private static final long WORTH_TELLING_NS = SECONDS.toNanos(1);

    /** Time, so that tests need not wait. */
    interface Clock {
        Clock SYSTEM =
                new Clock() {
                    @Override
                    public long nanoTime() {
                        return System.nanoTime();
                    }

                    @Override
                    public void sleep(long ns) throws InterruptedException {
                        NANOSECONDS.sleep(ns);
                    }
                };

        long nanoTime();

        void sleep(long ns) throws InterruptedException;
    }

    /** One request and its whole response. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException;
    }

    private final Timing timing;
    private final Clock clock;
    private final TrafficCounter traffic;

    Retry(Timing timing, Clock clock, TrafficCounter traffic) {
        this.timing = timing;
        this.clock = clock;
        this.traffic = traffic;
    }

    /**
     * Runs a request until it succeeds.
     *
     * @param location what is read, for messages
     * @param patience no attempt starts later than this after the first
     * @throws StoreException when the patience is over, naming attempts and the last failure
     * @throws SdkException as it came when trying again is no use
     */
    <T> T call(String location, Duration patience, Attempt<T> request) {
        long startNs = clock.nanoTime();
        for (int attempts = 1; ; attempts++) {
            try {
                return request.run();
            } catch (IOException | SdkException e) {
                if (!S3Failure.mayPass(e)) {
                    throw (SdkException) e;
                }
                long delayNs =
                        ThreadLocalRandom.current().nextLong(timing.delayBoundNs(attempts) + 1);
                long passedNs = clock.nanoTime() - startNs;
                if (passedNs + delayNs > patience.toNanos()) {
                    throw new StoreException(
                            location,
                            "cannot be read: %d attempts failed within %.0f s, the last with: %s"
                                    .formatted(attempts, passedNs / 1e9, S3Failure.describe(e)),
                            e);
                }
                pause(location, attempts, delayNs, e);
            }
        }
    }

    private void pause(String location, int attempts, long delayNs, Exception failure) {
        traffic.retries.increment();
        if (delayNs >= WORTH_TELLING_NS) {
            LOG.warn(
                    "{}: attempt {} failed, the next one in {} s: {}",
                    location,
                    attempts,
                    "%.1f".formatted(delayNs / 1e9),
                    S3Failure.describe(failure));
        }
        try {
            clock.sleep(delayNs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(location, "cannot be read: interrupted", e);
        }
    }
}
