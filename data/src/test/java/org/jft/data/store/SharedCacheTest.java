package org.jft.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.data.store.Clients.CHUNK;
import static org.jft.data.store.Clients.PREFIX;
import static org.jft.data.store.Clients.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that share a cache folder, and die. */
class SharedCacheTest {
    private static final String SHARD = "shard.parquet";
    private static final int CHUNKS = 40;
    private static final int LENGTH = CHUNKS * CHUNK;
    private static final int ENDLESS = Integer.MAX_VALUE;

    @TempDir Path cache;

    private final long seed = new Random().nextLong();
    private final byte[] content = CacheUser.content(seed, LENGTH);
    private final List<Process> processes = new ArrayList<>();
    private S3Server server;
    private FaultyProxy proxy;

    @BeforeEach
    void start() throws Exception {
        Clients.useSettings();
        server = new S3Server();
        proxy = new FaultyProxy(server.port());
        server.put(PREFIX + "/" + SHARD, content);
    }

    @AfterEach
    void stop() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        proxy.close();
        server.close();
        Clients.forgetSettings();
    }

    private Process user(long cacheBytes, int reads) throws IOException {
        Process process =
                CacheUser.start(proxy.address(), cache, cacheBytes, SHARD, seed, LENGTH, reads);
        processes.add(process);
        return process;
    }

    private static void succeeds(Process process) throws Exception {
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }

    private long bytesHeld() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(f -> !f.endsWith("control"))
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    private long chunksHeld() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(f -> f.toString().endsWith(".chunk")).count();
        }
    }

    @Test
    void shouldFetchAChunkOnceForTwoProcesses() throws Exception {
        Process first = user(1 << 30, 2 * CHUNKS);
        Process second = user(1 << 30, 2 * CHUNKS);
        succeeds(first);
        succeeds(second);

        assertThat(proxy.rangedRequests()).isEqualTo(CHUNKS);
        try (Storage storage = Clients.open(proxy.address(), cache, Clients.TIMING);
                StoredFile file = storage.open(SHARD, LENGTH)) {
            assertThat(read(file, 0, LENGTH)).isEqualTo(ByteBuffer.wrap(content));
            assertThat(storage.traffic().fetchedBytes()).isZero();
        }
    }

    @Test
    void shouldKeepTwoProcessesWithinOneBound() throws Exception {
        long limit = 10 * ChunkFile.fileBytes(CHUNK);
        Process first = user(limit, 10 * CHUNKS);
        Process second = user(limit, 10 * CHUNKS);
        succeeds(first);
        succeeds(second);

        assertThat(bytesHeld()).isBetween(limit / 2, limit);
    }

    @Test
    void shouldOutliveProcessesThatAreKilledWhileTheyFillIt() throws Exception {
        long limit = CHUNKS / 2 * ChunkFile.fileBytes(CHUNK);
        Random random = new Random(seed);
        for (int i = 0; i < 4; i++) {
            Process process = user(limit, ENDLESS);
            long requests = proxy.rangedRequests() + 20 + random.nextInt(100);
            while (proxy.rangedRequests() < requests && process.isAlive()) {
                Thread.sleep(1);
            }
            assertThat(process.isAlive()).as("a reader").isTrue();
            process.destroyForcibly().waitFor(); // kill -9
            assertThat(bytesHeld()).as("seed %d", seed).isLessThanOrEqualTo(limit);
        }
        long kept = chunksHeld();
        assertThat(kept).isPositive();
        try (Storage storage =
                        S3Storage.open(
                                Clients.PLACE,
                                Clients.config(proxy.address(), cache, 1 << 30),
                                Clients.TIMING);
                StoredFile file = storage.open(SHARD, LENGTH)) {
            assertThat(read(file, 0, LENGTH))
                    .as("seed %d", seed)
                    .isEqualTo(ByteBuffer.wrap(content));
            assertThat(storage.traffic().fetchedBytes()).isEqualTo((CHUNKS - kept) * CHUNK);
        }
    }
}
