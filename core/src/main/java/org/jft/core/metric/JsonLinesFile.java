package org.jft.core.metric;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;

/** A sink that appends one JSON object a line and flushes each, so that {@code tail -f} works. */
public final class JsonLinesFile implements MetricSink {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final BufferedWriter writer;

    /**
     * Opens the file for appending after dropping what a resumed run will write again.
     *
     * @param key number that grows from line to line
     * @param last largest value of {@code key} that stays; a torn last line goes too
     */
    public JsonLinesFile(Path file, String key, long last) {
        this.file = file;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            if (Files.exists(file)) {
                WholeFile.write(file, kept(Files.readAllLines(file), key, last));
            }
            writer =
                    Files.newBufferedWriter(
                            file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static String kept(List<String> lines, String key, long last) {
        StringBuilder kept = new StringBuilder();
        for (String line : lines) {
            try {
                JsonNode value = JSON.readTree(line).get(key);
                if (value != null && value.asLong() <= last) {
                    kept.append(line).append(System.lineSeparator());
                }
            } catch (JsonProcessingException ignored) {
                // Torn by a crash in mid-write; its step is trained and written again.
            }
        }
        return kept.toString();
    }

    @Override
    public void write(Map<String, Number> values) {
        try {
            writer.write(JSON.writeValueAsString(values));
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private JftException failure(IOException e) {
        return new JftException(
                Category.ABORT_RUN, "%s: cannot be written: %s".formatted(file, e.getMessage()), e);
    }
}
