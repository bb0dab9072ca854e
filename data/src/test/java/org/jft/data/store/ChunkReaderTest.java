package org.jft.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jft.core.config.ByteSize;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunk i holds the byte i; a source that waits until it is let go. */
class ChunkReaderTest {
    private static final int CHUNK = 1000;
    private static final S3Object OBJECT = new S3Object("s3://b/o", "o", 100 * CHUNK, "e");

    @TempDir Path folder;

    private final TrafficCounter traffic = new TrafficCounter();
    private final List<Integer> fetched = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private final CountDownLatch letGo = new CountDownLatch(1);
    private DiskCache cache;

    @BeforeEach
    void openCache() {
        cache = DiskCache.at(folder, new ByteSize(1 << 20));
    }

    private byte[] fetch(S3Object object, long position, int length) {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        fetched.add((int) (position / CHUNK));
        try {
            letGo.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        running.decrementAndGet();
        return content((int) (position / CHUNK));
    }

    private ChunkReader reader(int requests) {
        return new ChunkReader(this::fetch, cache, requests, traffic);
    }

    private static Chunk chunk(int index) {
        return new Chunk(OBJECT, "o-" + index, (long) index * CHUNK, CHUNK);
    }

    private static byte[] content(int index) {
        byte[] content = new byte[CHUNK];
        Arrays.fill(content, (byte) index);
        return content;
    }

    private static byte[] read(ChunkReader reader, int index) {
        ByteBuffer into = ByteBuffer.allocate(CHUNK);
        reader.read(chunk(index), 0, into);
        return into.array();
    }

    /** Reads in a thread of its own, and waits until that waits for the source. */
    private static CompletableFuture<byte[]> readAside(ChunkReader reader, int index)
            throws InterruptedException {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                result.complete(read(reader, index));
                            } catch (RuntimeException e) {
                                result.completeExceptionally(e);
                            }
                        });
        thread.start();
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.sleep(1);
        }
        return result;
    }

    @Test
    void shouldFetchAChunkOnceForAllWhoAskForIt() throws Exception {
        try (ChunkReader reader = reader(4)) {
            reader.prefetch(chunk(7));
            List<CompletableFuture<byte[]>> readers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                readers.add(readAside(reader, 7));
            }
            reader.prefetch(chunk(7));
            letGo.countDown();
            for (CompletableFuture<byte[]> each : readers) {
                assertThat(each.get()).isEqualTo(content(7));
            }
            assertThat(read(reader, 7)).isEqualTo(content(7));
            assertThat(fetched).containsExactly(7);
        }
    }

    @Test
    void shouldFetchWhatIsWaitedForBeforeWhatIsPrefetched() throws Exception {
        try (ChunkReader reader = reader(1)) {
            for (int i = 0; i < 6; i++) {
                reader.prefetch(chunk(i));
            }
            CompletableFuture<byte[]> asked = readAside(reader, 4);
            CompletableFuture<byte[]> other = readAside(reader, 9);
            letGo.countDown();
            assertThat(asked.get()).isEqualTo(content(4));
            assertThat(other.get()).isEqualTo(content(9));
            while (fetched.size() < 7) {
                Thread.sleep(1);
            }
            assertThat(fetched).containsExactly(0, 4, 9, 1, 2, 3, 5);
        }
    }

    @Test
    void shouldFetchSoManyAtATimeAndNotMore() throws Exception {
        try (ChunkReader reader = reader(3)) {
            for (int i = 0; i < 20; i++) {
                reader.prefetch(chunk(i));
            }
            while (running.get() < 3) {
                Thread.sleep(1);
            }
            letGo.countDown();
            for (int i = 0; i < 20; i++) {
                assertThat(read(reader, i)).isEqualTo(content(i));
            }
            assertThat(mostRunning.get()).isEqualTo(3);
            assertThat(fetched).doesNotHaveDuplicates().hasSize(20);
        }
    }

    @Test
    void shouldFailWhoWaitsForAChunkThatCannotBeFetchedAndThenTryAgain() {
        AtomicInteger attempts = new AtomicInteger();
        ChunkSource source =
                (object, position, length) -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new StoreException(object.location(), "is away", null);
                    }
                    return content(1);
                };
        try (ChunkReader reader = new ChunkReader(source, cache, 2, traffic)) {
            assertThatThrownBy(() -> read(reader, 1))
                    .isInstanceOf(StoreException.class)
                    .hasMessage("s3://b/o: is away");
            assertThat(read(reader, 1)).isEqualTo(content(1));
        }
    }

    @Test
    void shouldFailWhoWaitsWhenItIsClosed() throws Exception {
        ChunkReader reader = reader(1);
        CompletableFuture<byte[]> fetching = readAside(reader, 1);
        CompletableFuture<byte[]> queued = readAside(reader, 2);
        reader.close();
        for (CompletableFuture<byte[]> each : List.of(fetching, queued, readAside(reader, 3))) {
            assertThatThrownBy(each::get)
                    .hasRootCauseInstanceOf(StoreException.class)
                    .hasRootCauseMessage("s3://b/o: closed while it is read");
        }
        letGo.countDown();
    }

    @Test
    void shouldReadOnWhenTheCacheFolderIsDeleted() throws IOException {
        letGo.countDown();
        try (ChunkReader reader = reader(2)) {
            assertThat(read(reader, 1)).isEqualTo(content(1));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
            assertThat(read(reader, 1)).isEqualTo(content(1));
            assertThat(read(reader, 2)).isEqualTo(content(2));
            Files.createDirectory(folder); // JUnit's to delete
        }
    }
}
