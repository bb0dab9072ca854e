package org.jft.data.store;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStorageTest {
    private static final int LENGTH = 100_000;

    @TempDir Path folder;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // wraps, as nanoTime may
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final byte[] content = new byte[LENGTH];
    private final OpenChannels channels = new OpenChannels(10);
    private Path shard;

    @BeforeEach
    void writeShard() throws IOException {
        random.nextBytes(content);
        shard = Files.write(folder.resolve("a.parquet"), content);
    }

    private LocalFile open() {
        return LocalFile.open(shard, LENGTH, channels, clock::get);
    }

    @Test
    void shouldFillBuffersFromAnyPlace() {
        try (Storage storage = Storage.of(folder.toString());
                StoredFile file = storage.open("a.parquet", LENGTH)) {
            assertThat(file.length()).isEqualTo(LENGTH);
            assertThat(file.location()).isEqualTo(shard.toString());
            for (int i = 0; i < 200; i++) {
                int from = random.nextInt(LENGTH + 1);
                int to = from + random.nextInt(LENGTH - from + 1);
                ByteBuffer into = ByteBuffer.allocateDirect(to - from);
                file.prefetch(from, to - from);
                file.read(from, into);
                assertThat(into.flip())
                        .as("seed %d: %d to %d", seed, from, to)
                        .isEqualTo(ByteBuffer.wrap(content, from, to - from));
            }
        }
    }

    @Test
    void shouldKnowWhichFilesAreThere() {
        try (Storage storage = Storage.of(folder.toString())) {
            assertThat(storage.exists("a.parquet")).isTrue();
            assertThat(storage.exists("b.parquet")).isFalse();
            assertThat(storage.locate("b.parquet")).isEqualTo(folder + "/b.parquet");
            assertThat(storage.readAll("a.parquet")).isEqualTo(content);
            assertThatThrownBy(() -> storage.readAll("b.parquet"))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(folder + "/b.parquet: missing");
            assertThatThrownBy(() -> storage.open("b.parquet", 1))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(folder + "/b.parquet: missing, but manifest.json lists it");
        }
    }

    @Test
    void shouldRefuseAnotherSizeThanListed() {
        try (Storage storage = Storage.of(folder.toString())) {
            assertThatThrownBy(() -> storage.open("a.parquet", LENGTH + 1))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(
                            shard + ": truncated: has 100,000 bytes, manifest.json says 100,001");
            assertThatThrownBy(() -> storage.open("a.parquet", LENGTH - 1))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(shard + ": altered: has 100,000 bytes, manifest.json says 99,999");
        }
    }

    @Test
    void shouldRefuseSchemesThatItCannotRead() {
        assertThatThrownBy(() -> Storage.of("hdfs://node/sets/photos"))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "hdfs://node/sets/photos: data sets are read from folders and from s3://,"
                                + " not from hdfs://");
    }

    /** The limit of open files must not be one of shards. */
    @Test
    void shouldReadMoreFilesThanMayBeOpenFromManyThreads() throws IOException {
        OpenChannels few = new OpenChannels(3);
        List<StoredFile> files = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Path file =
                    Files.write(folder.resolve("f" + i), Arrays.copyOfRange(content, i, LENGTH));
            files.add(LocalFile.open(file, LENGTH - i, few, clock::get));
        }
        long wrong =
                IntStream.range(0, 20_000)
                        .parallel()
                        .filter(
                                n -> {
                                    int i = n * 7919 % 40;
                                    int at = n % 1000;
                                    return !read(files.get(i), at, 100)
                                            .equals(ByteBuffer.wrap(content, i + at, 100).slice());
                                })
                        .count();
        assertThat(wrong).as("seed %d", seed).isZero();
        files.forEach(StoredFile::close);
        assertThatThrownBy(() -> read(files.get(0), 0, 100)).hasMessageContaining("is closed");
    }

    @Test
    void shouldNameAFileThatIsReplacedWhileInUse() throws IOException {
        try (StoredFile file = open()) {
            Path other = Files.write(folder.resolve("other"), content);
            Files.setLastModifiedTime(other, Files.getLastModifiedTime(shard));
            Files.move(other, shard, StandardCopyOption.REPLACE_EXISTING);

            failsAfterASecond(file, "changed while in use: it was written again at ");
        }
    }

    @Test
    void shouldNameAFileThatIsWrittenIntoWhileInUse() throws IOException {
        try (StoredFile file = open()) {
            Files.write(shard, new byte[LENGTH]);
            Files.setLastModifiedTime(shard, FileTime.fromMillis(0));

            failsAfterASecond(
                    file, "changed while in use: it was written again at 1970-01-01T00:00:00Z");
        }
    }

    @Test
    void shouldNameAFileThatVanishesWhileInUse() throws IOException {
        try (StoredFile file = open()) {
            Files.delete(shard);

            failsAfterASecond(file, "vanished while in use");
        }
    }

    @Test
    void shouldNameAFileThatIsTruncatedWhileInUse() throws IOException {
        try (StoredFile file = open()) {
            Files.write(shard, Arrays.copyOf(content, 500), StandardOpenOption.TRUNCATE_EXISTING);

            fails(file, 400, 200, "truncated while in use: 500 of 100,000 bytes are left");
            assertThat(read(file, 0, 100)).isEqualTo(ByteBuffer.wrap(content, 0, 100));
            failsAfterASecond(file, "truncated while in use: 500 of 100,000 bytes are left");
        }
    }

    @Test
    void shouldAskTheFileSystemOnceASecond() throws IOException {
        try (StoredFile file = open()) {
            clock.addAndGet(SECONDS.toNanos(1));
            read(file, 0, 100);
            Files.delete(shard);
            clock.addAndGet(MILLISECONDS.toNanos(999));
            assertThat(read(file, 0, 100)).isEqualTo(ByteBuffer.wrap(content, 0, 100));
            clock.addAndGet(MILLISECONDS.toNanos(1));
            fails(file, 0, 100, "vanished while in use");
        }
    }

    private void failsAfterASecond(StoredFile file, String problem) {
        clock.addAndGet(SECONDS.toNanos(1));
        fails(file, 0, 100, problem);
        fails(file, 200, 100, problem); // and so does every later read
    }

    private void fails(StoredFile file, long position, int length, String problem) {
        assertThatThrownBy(() -> read(file, position, length))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(shard + ": " + problem);
    }

    private static ByteBuffer read(StoredFile file, long position, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        file.read(position, into);
        return into.flip();
    }
}
