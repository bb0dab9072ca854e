package org.jft.data.taxonomy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;

/**
 * {@code taxonomy.json}: one class a line, so that two versions can be compared with diff.
 *
 * <pre>
 *   {"schema_version": 1, "classes": [
 *   {"id":0,"name":"fruit","parents":[]},
 *   {"id":1,"name":"apple","parents":[0]}
 *   ]}
 * </pre>
 */
final class TaxonomyFile {
    private static final int SCHEMA_VERSION = 1;
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .build();

    private TaxonomyFile() {}

    private record Content(int schemaVersion, List<TaxonomyClass> classes) {}

    static Taxonomy read(Path file) {
        try {
            return parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param file its name, for messages
     */
    static Taxonomy parse(byte[] text, String file) {
        try {
            Content content = JSON.readValue(text, Content.class);
            if (content == null || content.classes() == null) {
                throw new CorruptDataException(file, "has no list of classes");
            }
            if (content.schemaVersion() != SCHEMA_VERSION) {
                throw new CorruptDataException(
                        file,
                        "schema_version is %s, this version reads %s"
                                .formatted(content.schemaVersion(), SCHEMA_VERSION));
            }
            return Taxonomy.of(content.classes());
        } catch (JsonProcessingException e) {
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new CorruptDataException(file, "line %s: %s".formatted(line, reason), e);
        } catch (ConfigException e) {
            throw new CorruptDataException(file, e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Taxonomy taxonomy, Path file) {
        try {
            StringBuilder text = new StringBuilder();
            text.append("{\"schema_version\": ")
                    .append(SCHEMA_VERSION)
                    .append(", \"classes\": [\n");
            for (TaxonomyClass c : taxonomy.classes()) {
                text.append(JSON.writeValueAsString(c));
                text.append(c.id() + 1 < taxonomy.size() ? ",\n" : "\n");
            }
            Files.writeString(file, text.append("]}\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
