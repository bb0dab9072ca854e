package org.jft.data.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Images that were left out, and why: {@code quarantine.tsv}, columns file, row, reason. */
final class Quarantine {
    static final String FILE_NAME = "quarantine.tsv";

    private final List<String> lines = new ArrayList<>();

    void add(Entry entry, String reason) {
        lines.add("%s\t%d\t%s".formatted(clean(entry.path()), entry.row(), clean(reason)));
    }

    private static String clean(String text) {
        return text.replaceAll("[\\t\\r\\n]+", " ");
    }

    int size() {
        return lines.size();
    }

    String first() {
        return lines.get(0).replace('\t', ' ');
    }

    /** Writes the report, or removes an old one when there is nothing to report. */
    void save(Path folder) {
        Path file = folder.resolve(FILE_NAME);
        try {
            if (lines.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            Files.createDirectories(folder);
            Files.writeString(file, "file\trow\treason\n" + String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
