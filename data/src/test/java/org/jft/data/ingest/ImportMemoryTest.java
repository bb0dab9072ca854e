package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.data.shard.Manifest;
import org.jft.data.store.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportMemoryTest {
    private static final int IMAGES = 400_000;

    @TempDir private Path folder;

    /** 160 bytes of heap an image: an entry alone, held as an object, takes more. */
    @Test
    void shouldImportMoreImagesThanTheHeapHasRoomToList() throws Exception {
        Path out = folder.resolve("out");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.add("-Xmx64m");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(ManyImages.class.getName(), "" + IMAGES, out.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(Manifest.load(Storage.of(out.toString())).rows())
                .as(said)
                .isEqualTo(IMAGES * 7 / 8 + 1);
    }
}
