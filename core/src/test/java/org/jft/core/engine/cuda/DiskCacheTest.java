package org.jft.core.engine.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCacheTest {
    private static final byte[] VALUE = "a value".getBytes(UTF_8);

    @TempDir private Path folder;

    @Test
    void shouldGiveBackWhatWasPut() {
        new DiskCache(folder).put("key", VALUE);
        assertThat(new DiskCache(folder).get("key")).contains(VALUE);
        assertThat(new DiskCache(folder).get("another key")).isEmpty();
    }

    @Test
    void shouldTakeTheLastOfTwo() {
        DiskCache cache = new DiskCache(folder);
        cache.put("key", VALUE);
        cache.put("key", new byte[0]);
        assertThat(cache.get("key")).hasValueSatisfying(value -> assertThat(value).isEmpty());
    }

    /** Wherever a file is cut or a byte turned, it counts as not there. */
    @Test
    void shouldNotTrustADamagedFile() throws IOException {
        DiskCache cache = new DiskCache(folder);
        cache.put("key", VALUE);
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            Files.write(file, java.util.Arrays.copyOf(whole, at));
            assertThat(cache.get("key")).as("cut at %s", at).isEmpty();
            byte[] turned = whole.clone();
            turned[at] ^= 1;
            Files.write(file, turned);
            assertThat(cache.get("key")).as("turned at %s", at).isEmpty();
        }
        Files.write(file, whole);
        assertThat(cache.get("key")).contains(VALUE);
    }

    @Test
    void shouldDoWithoutAFolderThatCannotBeWritten() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        DiskCache cache = new DiskCache(file.resolve("below"));
        cache.put("key", VALUE);
        assertThat(cache.get("key")).isEmpty();
    }

    @Test
    void shouldLeaveNoUnfinishedFiles() throws IOException {
        new DiskCache(folder).put("key", VALUE);
        assertThat(files()).hasSize(1);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
