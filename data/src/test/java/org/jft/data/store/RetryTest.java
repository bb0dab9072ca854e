package org.jft.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class RetryTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final List<Long> delaysNs = new ArrayList<>();
    private final TrafficCounter traffic = new TrafficCounter();
    private long nowNs = Long.MAX_VALUE - 1000; // wraps, as nanoTime may

    private final Retry retry =
            new Retry(
                    Timing.DEFAULT,
                    new Retry.Clock() {
                        @Override
                        public long nanoTime() {
                            return nowNs;
                        }

                        @Override
                        public void sleep(long ns) {
                            delaysNs.add(ns);
                            nowNs += ns;
                        }
                    },
                    traffic);

    @Test
    void shouldWaitWithinDoublingBoundsUntilPatienceIsOver() {
        AtomicInteger attempts = new AtomicInteger();
        Retry.Attempt<Void> request =
                () -> {
                    attempts.incrementAndGet();
                    throw new SocketTimeoutException("Read timed out");
                };

        assertThatThrownBy(() -> retry.call("s3://b/k", PATIENCE, request))
                .isInstanceOf(StoreException.class)
                .hasMessageMatching(
                        "s3://b/k: cannot be read: %d attempts failed within \\d+ s, the last with: SocketTimeoutException: Read timed out"
                                .formatted(attempts.get()));

        for (int i = 0; i < delaysNs.size(); i++) {
            double bound = Math.min(100e6 * Math.pow(2, i), 20e9);
            assertThat(delaysNs.get(i).doubleValue()).isBetween(0.0, bound);
        }
        long waitedNs = delaysNs.stream().mapToLong(Long::longValue).sum();
        assertThat(waitedNs).isBetween(PATIENCE.minusSeconds(20).toNanos(), PATIENCE.toNanos());
        assertThat(traffic.snapshot().retries()).isEqualTo(attempts.get() - 1);
        assertThat(delaysNs.stream().skip(8).distinct().count()).as("jitter").isGreaterThan(5);
    }

    @Test
    void shouldReturnWhatAnAttemptBrings() {
        AtomicInteger attempts = new AtomicInteger();
        String found =
                retry.call(
                        "s3://b/k",
                        PATIENCE,
                        () -> {
                            if (attempts.incrementAndGet() < 4) {
                                throw new IOException("cut");
                            }
                            return "bytes";
                        });
        assertThat(found).isEqualTo("bytes");
        assertThat(delaysNs).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void shouldTryAgainAfterAnswersThatPass(int status) {
        failOnceWith(S3Exception.builder().statusCode(status).build());
        assertThat(delaysNs).hasSize(1);
    }

    @Test
    void shouldTryAgainWhenTheNetworkFailedBelowTheSdk() {
        failOnceWith(SdkClientException.create("no", new IOException("Connection reset")));
        assertThat(delaysNs).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 403, 404, 412, 416})
    void shouldNotTryAgainAfterAnswersThatStay(int status) {
        assertThatThrownBy(() -> failOnceWith(S3Exception.builder().statusCode(status).build()))
                .isInstanceOf(S3Exception.class);
        assertThat(delaysNs).isEmpty();
    }

    private void failOnceWith(RuntimeException failure) {
        AtomicInteger attempts = new AtomicInteger();
        retry.call(
                "s3://b/k",
                PATIENCE,
                () -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw failure;
                    }
                    return null;
                });
    }
}
