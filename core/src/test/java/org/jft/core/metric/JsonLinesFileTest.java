package org.jft.core.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesFileTest {
    @TempDir Path folder;

    @Test
    void shouldDropWhatAResumedRunWritesAgainAndTheTornLine() throws IOException {
        Path file = folder.resolve("deep/metrics.jsonl");
        try (JsonLinesFile sink = new JsonLinesFile(file, "step", -1)) {
            sink.write(Map.of("step", 10));
            sink.write(Map.of("step", 20));
            sink.write(Map.of("step", 30));
        }
        Files.writeString(file, "{\"step\":4", StandardOpenOption.APPEND);
        try (JsonLinesFile sink = new JsonLinesFile(file, "step", 20)) {
            sink.write(Map.of("step", 30));
        }
        assertThat(Files.readAllLines(file))
                .containsExactly("{\"step\":10}", "{\"step\":20}", "{\"step\":30}");
    }
}
