package org.jft.data.shard;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.file.WholeFile;
import org.jft.data.store.Storage;

/** Reads and writes {@code manifest.json}. */
final class ManifestFile {
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .visibility(PropertyAccessor.GETTER, Visibility.NONE)
                    .visibility(PropertyAccessor.FIELD, Visibility.ANY)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build();

    private ManifestFile() {}

    static Manifest read(Storage storage) {
        String file = storage.locate(Manifest.FILE_NAME);
        if (!storage.exists(Manifest.FILE_NAME)) {
            throw new ConfigException(
                    storage.folder()
                            .map(ManifestFile::missing)
                            .orElseGet(
                                    () -> "%s: not there, so this is no data set".formatted(file)));
        }
        Manifest manifest;
        try {
            manifest = JSON.readValue(storage.readAll(Manifest.FILE_NAME), Manifest.class);
        } catch (JsonProcessingException e) {
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new CorruptDataException(file, "not a manifest: " + reason, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        check(file, manifest);
        return manifest;
    }

    private static void check(String file, Manifest manifest) {
        if (manifest.schemaVersion() != Manifest.SCHEMA_VERSION) {
            throw new CorruptDataException(
                    file,
                    "schema_version is %s, this version reads %s"
                            .formatted(manifest.schemaVersion(), Manifest.SCHEMA_VERSION));
        }
        if (!manifest.expectedFingerprint().equals(manifest.fingerprint())) {
            throw new CorruptDataException(
                    file,
                    "altered: its fingerprint is %s, its checksums give %s"
                            .formatted(manifest.fingerprint(), manifest.expectedFingerprint()));
        }
        boolean outside =
                Stream.concat(
                                Stream.of(manifest.taxonomy().file()),
                                manifest.shards().stream().map(Manifest.Shard::file))
                        .anyMatch(name -> name.contains("/") || name.contains("\\"));
        if (outside) {
            throw new CorruptDataException(file, "names a file outside its own folder");
        }
    }

    /** Says what is there instead, and what to run. */
    private static String missing(Path folder) {
        if (!Files.isDirectory(folder)) {
            return "%s: no such folder; 'jft-data synth %s' or 'jft-data import --help' make one"
                    .formatted(folder, folder);
        }
        if (Files.isDirectory(folder.resolve(DataSetWriter.INCOMPLETE))) {
            return "%s: an import was interrupted here, there is no %s; run it again"
                    .formatted(folder, Manifest.FILE_NAME);
        }
        List<String> inside = dataSetsBelow(folder);
        if (!inside.isEmpty()) {
            return "%s: holds the data sets %s; name one of them, like %s"
                    .formatted(folder, String.join(", ", inside), folder.resolve(inside.get(0)));
        }
        if (holdsParquet(folder)) {
            return "%s: holds Parquet files without a %s; 'jft-data index %s' makes them a data set"
                    .formatted(folder, Manifest.FILE_NAME, folder);
        }
        return "%s: not a data set (no %s); 'jft-data import folder IMAGES %s' makes one"
                .formatted(folder, Manifest.FILE_NAME, folder);
    }

    private static List<String> dataSetsBelow(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(c -> Files.isRegularFile(c.resolve(Manifest.FILE_NAME)))
                    .map(c -> c.getFileName().toString())
                    .sorted()
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean holdsParquet(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.anyMatch(c -> c.getFileName().toString().endsWith(".parquet"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the manifest, whole or not at all. */
    static void write(Manifest manifest, Path folder) throws IOException {
        WholeFile.write(
                folder.resolve(Manifest.FILE_NAME), JSON.writeValueAsString(manifest) + "\n");
    }
}
