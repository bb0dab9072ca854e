package org.jft.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jft.core.config.ByteSize;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskCacheTest {
    private static final int CHUNK = 5 * ChunkFile.BLOCK_BYTES + 123;

    @TempDir Path folder;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    private DiskCache open(long bytes) {
        return DiskCache.at(folder, new ByteSize(bytes));
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private Path file(String name) {
        return folder.resolve(name + ".chunk");
    }

    /** What the folder holds besides the counter. */
    private long bytesHeld() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> !f.endsWith("control"))
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    @Test
    void shouldGiveBackWhatWasPut() {
        DiskCache cache = open(1 << 30);
        for (int length : List.of(1, ChunkFile.BLOCK_BYTES, 40 * ChunkFile.BLOCK_BYTES + 1)) {
            byte[] content = randomBytes(length);
            String name = "c" + length;
            assertThat(cache.holds(name)).isFalse();
            cache.put(name, content);
            assertThat(cache.holds(name)).isTrue();
            assertThat(cache.load(name, length)).as("seed %d", seed).isEqualTo(content);
            for (int i = 0; i < 50; i++) {
                int from = random.nextInt(length);
                ByteBuffer into = ByteBuffer.allocate(random.nextInt(length - from + 1));
                assertThat(cache.read(name, length, from, into)).isTrue();
                assertThat(into.flip())
                        .as("seed %d: from %d", seed, from)
                        .isEqualTo(ByteBuffer.wrap(content, from, into.limit()));
            }
        }
    }

    @Test
    void shouldNeverHoldMoreThanItsSize() throws IOException {
        long limit = 10L * CHUNK;
        DiskCache cache = open(limit);
        for (int i = 0; i < 200; i++) {
            byte[] content = randomBytes(1 + random.nextInt(2 * CHUNK));
            cache.put("c" + i, content);
            assertThat(cache.load("c" + i, content.length)).as("seed %d", seed).isEqualTo(content);
            assertThat(bytesHeld()).as("seed %d", seed).isLessThanOrEqualTo(limit);
        }
        assertThat(bytesHeld()).isGreaterThan(limit / 2);
        open(3L * CHUNK).put("last", randomBytes(10));
        assertThat(bytesHeld()).as("after a smaller bound").isLessThanOrEqualTo(3L * CHUNK);
        cache.put("large", randomBytes(4 * CHUNK));
        assertThat(cache.holds("large")).isFalse();
    }

    @Test
    void shouldDeleteWhatWasNotUsedForLongest() throws IOException {
        DiskCache cache = open(ChunkFile.fileBytes(CHUNK) * 7 / 2);
        for (String name : List.of("a", "b", "c")) {
            cache.put(name, randomBytes(CHUNK));
        }
        age("a", Duration.ofHours(3));
        age("b", Duration.ofHours(2));
        age("c", Duration.ofHours(1));
        cache.load("a", CHUNK);
        cache.put("d", randomBytes(CHUNK));

        assertThat(Stream.of("a", "b", "c", "d").filter(cache::holds))
                .containsExactly("a", "c", "d");
    }

    private void age(String name, Duration age) throws IOException {
        Files.setLastModifiedTime(file(name), FileTime.from(Instant.now().minus(age)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bit", "cut", "longer", "zeros", "empty", "another's", "older"})
    void shouldFindOutThatAFileIsDamaged(String damage) throws IOException {
        DiskCache cache = open(1 << 30);
        for (int i = 0; i < 5; i++) {
            byte[] content = randomBytes(CHUNK);
            cache.put("c", content);
            cache.put("other", randomBytes(CHUNK));
            damage(file("c"), damage);

            assertThat(cache.load("c", CHUNK)).as("seed %d", seed).isNull();
            assertThat(cache.holds("c")).isFalse();
            cache.put("c", content);
            assertThat(cache.load("c", CHUNK)).isEqualTo(content);
        }
    }

    private void damage(Path file, String kind) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (kind) {
            case "bit" -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case "cut" -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case "longer" -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(99));
            case "zeros" -> Arrays.fill(bytes, (byte) 0); // a crash before the disk had them
            case "empty" -> bytes = new byte[0];
            case "another's" -> bytes = Files.readAllBytes(file("other"));
            default -> {
                // two blocks and their checksums changed places
                byte[] first = Arrays.copyOf(bytes, ChunkFile.BLOCK_BYTES);
                System.arraycopy(bytes, first.length, bytes, 0, first.length);
                System.arraycopy(first, 0, bytes, first.length, first.length);
                byte[] checksum = Arrays.copyOfRange(bytes, CHUNK, CHUNK + 4);
                System.arraycopy(bytes, CHUNK + 4, bytes, CHUNK, 4);
                System.arraycopy(checksum, 0, bytes, CHUNK + 4, 4);
            }
        }
        Files.write(file, bytes);
    }

    @Test
    void shouldReadPastADamagedBlockThatIsNotAskedFor() throws IOException {
        DiskCache cache = open(1 << 30);
        byte[] content = randomBytes(CHUNK);
        cache.put("c", content);
        try (RandomAccessFile file = new RandomAccessFile(file("c").toFile(), "rw")) {
            file.write(content[0] + 1);
        }
        ByteBuffer into = ByteBuffer.allocate(100);
        assertThat(cache.read("c", CHUNK, ChunkFile.BLOCK_BYTES, into)).isTrue();
        assertThat(cache.read("c", CHUNK, ChunkFile.BLOCK_BYTES - 1, into.clear())).isFalse();
    }

    @Test
    void shouldDeleteDraftsThatLostTheirWriter() throws IOException {
        Path lost = Files.write(folder.resolve("a.1.draft"), new byte[1000]);
        Path young = Files.write(folder.resolve("b.2.draft"), new byte[1000]);
        Files.setLastModifiedTime(lost, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        open(1 << 20);
        assertThat(lost).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void shouldCountWhatIsThereAlready() throws IOException {
        long limit = 4L * CHUNK;
        for (int i = 0; i < 10; i++) {
            Files.write(file("c" + i), new byte[CHUNK]);
        }
        open(limit).put("c", randomBytes(CHUNK));
        assertThat(bytesHeld()).isLessThanOrEqualTo(limit);
    }

    @Test
    void shouldRefuseAFolderWithoutEnoughRoom() {
        assertThatThrownBy(() -> open(Long.MAX_VALUE))
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching(
                        "data.store.cache_size is \\d+, but the disk of "
                                + folder
                                + " has room for [\\d,]+ bytes");
    }

    @Test
    void shouldRefuseAFolderThatIsAFile() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> DiskCache.at(file, new ByteSize(1 << 20)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(
                        "data.store.cache: the folder %s cannot be used: ".formatted(file));
    }
}
