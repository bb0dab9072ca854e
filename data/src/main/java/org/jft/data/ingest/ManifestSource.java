package org.jft.data.ingest;

import com.google.common.base.Splitter;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.file.DelimitedFile;

/**
 * A table of images, .tsv or .csv with a header line. Columns, in any order, others are left aside:
 *
 * <pre>
 *   path          required   image file, relative to the table's folder or absolute
 *   labels                   classes from root to leaf joined by ';', several hierarchies by '|'
 *   tags                     classes without a hierarchy, joined by ';'
 *   confidence               one number for all, or one per hierarchy and tag, joined by ';'
 *   clean_labels             the true classes, written like labels
 *   split                    train or test
 *   source                   who supplied the image, for --test-source
 *   group                    what must not be torn apart by --test-share
 * </pre>
 */
public final class ManifestSource implements Source {
    private static final List<String> COLUMNS =
            List.of(
                    "path",
                    "labels",
                    "tags",
                    "confidence",
                    "clean_labels",
                    "split",
                    "source",
                    "group");
    private static final Splitter CLASSES = Splitter.on(';').trimResults().omitEmptyStrings();
    private static final Splitter HIERARCHIES = Splitter.on('|').trimResults().omitEmptyStrings();

    private final File table;

    /** Takes a table, which is not read yet. */
    public ManifestSource(Path table) {
        if (!Files.isRegularFile(table)) {
            throw new ConfigException("%s: no such file".formatted(table));
        }
        this.table = table.toAbsolutePath().toFile();
    }

    @Override
    public int parts() {
        return 1;
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        TreeSet<String> ignored = new TreeSet<>();
        new DelimitedFile(table.toPath())
                .read(
                        columns -> {
                            checkColumns(columns);
                            ignored.addAll(columns);
                            COLUMNS.forEach(ignored::remove);
                        },
                        row -> entries.accept(entry(row)));
        return ignored.isEmpty()
                ? Listing.Rest.NONE
                : new Listing.Rest(
                        0, List.of("columns left aside: %s".formatted(String.join(", ", ignored))));
    }

    private void checkColumns(List<String> columns) {
        if (!columns.contains("path")) {
            throw new CorruptDataException(
                    table.toPath(),
                    "no column is called 'path' in its header: %s"
                            .formatted(String.join(", ", columns)));
        }
    }

    private Entry entry(DelimitedFile.Row row) {
        String path = row.get("path");
        if (path.isEmpty()) {
            throw new CorruptDataException(
                    table.toPath(), "line %d: no path".formatted(row.line()));
        }
        List<List<String>> paths = paths(row.get("labels"));
        CLASSES.split(row.get("tags")).forEach(tag -> paths.add(List.of(tag)));
        float[] confidences = confidences(row, paths.size());
        List<Entry.Claim> claims = new ArrayList<>();
        for (int i = 0; i < confidences.length; i++) {
            claims.add(new Entry.Claim(paths.get(i), confidences[i]));
        }
        String clean = row.get("clean_labels");
        return new Entry(
                path,
                row.line(),
                new Entry.Place(0, 0, 0),
                claims,
                clean.isEmpty() ? null : paths(clean),
                split(row),
                emptyToNull(row.get("source")),
                emptyToNull(row.get("group")),
                null,
                null);
    }

    private static List<List<String>> paths(String field) {
        List<List<String>> paths = new ArrayList<>();
        for (String hierarchy : HIERARCHIES.split(field)) {
            List<String> path = CLASSES.splitToList(hierarchy);
            if (!path.isEmpty()) {
                paths.add(path);
            }
        }
        return paths;
    }

    private float[] confidences(DelimitedFile.Row row, int count) {
        List<String> texts = CLASSES.splitToList(row.get("confidence"));
        if (texts.size() > 1 && texts.size() != count) {
            throw new CorruptDataException(
                    table.toPath(),
                    "line %d: %d confidences for %d labels and tags"
                            .formatted(row.line(), texts.size(), count));
        }
        float[] confidences = new float[count];
        for (int i = 0; i < count; i++) {
            confidences[i] =
                    texts.isEmpty() ? 1 : confidence(row, texts.get(texts.size() == 1 ? 0 : i));
        }
        return confidences;
    }

    private float confidence(DelimitedFile.Row row, String text) {
        float value;
        try {
            value = Float.parseFloat(text);
        } catch (NumberFormatException e) {
            value = Float.NaN;
        }
        if (!(value >= 0 && value <= 1)) {
            throw new CorruptDataException(
                    table.toPath(),
                    "line %d: the confidence '%s' is not in 0..1".formatted(row.line(), text));
        }
        return value;
    }

    private String split(DelimitedFile.Row row) {
        String split = row.get("split");
        if (!List.of("", Entry.TRAIN, Entry.TEST).contains(split)) {
            throw new CorruptDataException(
                    table.toPath(),
                    "line %d: the split '%s' is neither train nor test"
                            .formatted(row.line(), split));
        }
        return emptyToNull(split);
    }

    private static String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    @Override
    public ImageBytes read(Entry entry) {
        Path folder = table.toPath().getParent();
        return () -> ImageFile.read(folder.resolve(entry.path()));
    }

    @Override
    public void identify(Consumer<String> lines) {
        lines.accept(Source.stamp(table.toPath()));
    }
}
