package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jft.data.pipeline.Streams.config;
import static org.jft.data.pipeline.Streams.training;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads, memory and failures; what batches hold is tested per kind of stream. */
@Timeout(60)
class BatchLoaderTest {
    private static final Duration PROMPT = Duration.ofSeconds(20);
    private static final int SLOTS = 3; // data.loader.prefetch=2, and one in use

    private final MemoryStore store = MemoryStore.ofPictures(40);

    @TempDir private Path folder;

    @Test
    void shouldCloseWhileThreadsAreDecoding() {
        for (int taken = 0; taken < 5; taken++) {
            BatchLoader loader = start(1000, 4);
            for (int i = 0; i < taken; i++) {
                loader.next().close();
            }
            assertTimeoutPreemptively(PROMPT, loader::close);
            assertThat(decodingThreads()).isEmpty();
            loader.close();
        }
    }

    @Test
    void shouldCloseWhileAllSlotsAreFull() throws InterruptedException {
        CountDownLatch full = new CountDownLatch(SLOTS * 4);
        store.beforeRead(row -> full.countDown());
        BatchLoader loader = start(1000, 2);
        full.await();
        assertTimeoutPreemptively(PROMPT, loader::close);
        assertThat(decodingThreads()).isEmpty();
    }

    @Test
    void shouldWakeAWaitingConsumerWhenClosed() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        store.beforeRead(
                row -> {
                    reading.countDown();
                    awaitLatch(release);
                });
        BatchLoader loader = start(10, 1);
        CompletableFuture<Batch> consumer = CompletableFuture.supplyAsync(loader::next);
        reading.await();
        CompletableFuture<Void> closer = CompletableFuture.runAsync(loader::close);
        assertThatThrownBy(() -> consumer.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("the loader is closed");
        release.countDown();
        closer.get(20, TimeUnit.SECONDS);
        assertThat(decodingThreads()).isEmpty();
    }

    @Test
    void shouldReadAheadNoFurtherThanItsSlots() throws InterruptedException {
        AtomicLong reads = new AtomicLong();
        CountDownLatch full = new CountDownLatch(SLOTS * 4);
        store.beforeRead(
                row -> {
                    reads.incrementAndGet();
                    full.countDown();
                });
        try (BatchLoader loader = start(1000, 2)) {
            full.await();
            awaitIdle();
            assertThat(reads).hasValue(SLOTS * 4);
            Batch batch = loader.next();
            awaitIdle();
            assertThat(reads).hasValue(SLOTS * 4);
            batch.close();
            while (reads.get() < SLOTS * 4 + 4) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldThrowTheFailureOfAThreadInItsPlace() {
        // Row order is known from a healthy run: the row at position 9 is in the third batch.
        long badRow;
        try (BatchLoader loader = start(1, 2)) {
            loader.next().close();
            loader.next().close();
            badRow = loader.next().rows()[1];
        }
        Path shard = Path.of("part-00001.parquet");
        store.beforeRead(
                row -> {
                    if (row == badRow) {
                        throw new CorruptDataException(shard, "page 7 is cut off");
                    }
                });
        try (BatchLoader loader = start(1, 4)) {
            loader.next().close();
            loader.next().close();
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(loader::next)
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessage("part-00001.parquet: page 7 is cut off");
            }
        }
    }

    @Test
    void shouldNameThePositionOfAnUnexpectedFailure() {
        store.beforeRead(
                row -> {
                    throw new IndexOutOfBoundsException("17");
                });
        try (BatchLoader loader = start(1, 1)) {
            assertThatThrownBy(loader::next)
                    .isInstanceOf(JftException.class)
                    .hasMessage(
                            "reading the sample at position 0 failed:"
                                    + " java.lang.IndexOutOfBoundsException: 17")
                    .hasCauseInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void shouldRefuseToWaitForMemoryTheConsumerHolds() {
        try (BatchLoader loader = start(10, 2)) {
            List<Batch> held = new ArrayList<>();
            for (int i = 0; i < SLOTS; i++) {
                held.add(loader.next());
            }
            assertThatThrownBy(loader::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("every batch is in use");
            held.get(1).close();
            loader.next().close();
        }
    }

    @Test
    void shouldKeepLabelsButNotPixelsOfAClosedBatch() {
        try (BatchLoader loader = start(1, 1)) {
            Batch batch = loader.next();
            batch.close();
            batch.close(); // gives the slot back once
            assertThat(batch.labelIds()).hasSize(8);
            assertThatThrownBy(batch::pixels)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the batch is closed");
            for (int i = 0; i < 3; i++) {
                assertThat(loader.next()).isNotNull();
            }
            assertThat(loader.next()).isNull();
            assertThat(loader.next()).isNull();
        }
    }

    @Test
    void shouldMeasureHowLongItsConsumerWaited() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        store.beforeRead(row -> awaitLatch(release));
        try (BatchLoader loader = start(1, 1)) {
            CompletableFuture<Batch> consumer = CompletableFuture.supplyAsync(loader::next);
            release.countDown();
            consumer.get(20, TimeUnit.SECONDS).close();
            assertThat(loader.waitNanos()).isPositive();
        }
    }

    @Test
    void shouldRefuseNoThreads() {
        assertThatThrownBy(() -> start(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads must be positive: threads=0");
    }

    private BatchLoader start(long steps, int threads) {
        return training(store, config(), Topology.SOLO, folder, 0, steps, threads);
    }

    private static List<String> decodingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("jft-decode-"))
                .map(Thread::getName)
                .toList();
    }

    /** Until every decoding thread waits for a free slot. */
    private static void awaitIdle() {
        boolean idle = false;
        while (!idle) {
            idle =
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("jft-decode-"))
                            .allMatch(thread -> thread.getState() == Thread.State.WAITING);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
