package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.shard.ImageTable;

/**
 * Images in Parquet files of Hugging Face's layout, see {@link ImageTable}; a part is a file.
 * Numbered classes have the names of the first file's metadata, unless others are given. Listing
 * reads the small columns; images are then read row by row, on one thread.
 */
public final class ParquetSource implements Source {
    private final InputFiles files;
    private final String imageColumn;
    private final String labelColumn;
    private final ClassNames classNames;
    private final List<String> fromMetadata; // null when class names were given
    private transient int openPart;
    private transient ImageTable openTable;

    /**
     * Opens the first file for its class names.
     *
     * @param test files of held-out images; may be empty
     * @param classNames null to take those of the files
     */
    public ParquetSource(
            List<Path> train,
            List<Path> test,
            String imageColumn,
            String labelColumn,
            ClassNames classNames) {
        this.files = InputFiles.of(train, test);
        this.imageColumn = imageColumn;
        this.labelColumn = labelColumn;
        try (ImageTable first = open(0)) {
            this.fromMetadata = classNames == null ? first.classNames() : null;
        }
        this.classNames = classNames == null ? ClassNames.of(fromMetadata) : classNames;
    }

    private ImageTable open(int part) {
        return ImageTable.open(files.path(part), imageColumn, labelColumn);
    }

    @Override
    public int parts() {
        return files.count();
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        String split = files.split(part);
        String name = files.name(part);
        try (ImageTable table = open(part)) {
            if (fromMetadata != null && !fromMetadata.equals(table.classNames())) {
                throw new CorruptDataException(
                        files.path(part),
                        "names other classes than the first file: give --classes FILE");
            }
            long[] row = {0};
            table.readLabels(labels -> entries.accept(entry(name, part, row[0]++, split, labels)));
        }
        return Listing.Rest.NONE;
    }

    private Entry entry(String name, int part, long row, String split, ImageTable.Labels labels) {
        String path = "%s/%d".formatted(name, row);
        List<Entry.Claim> claims = new ArrayList<>();
        try {
            for (long number : labels.numbers()) {
                claims.add(new Entry.Claim(List.of(classNames.of(number)), 1));
            }
        } catch (UnusableImageException e) {
            return Entry.unusable(path, row, part, split, e.getMessage());
        }
        labels.names().forEach(label -> claims.add(new Entry.Claim(List.of(label), 1)));
        String group = files.group(part, Long.toString(row));
        return Entry.of(path, row, new Entry.Place(part, row, 0), claims, split, group);
    }

    @Override
    public ImageBytes read(Entry entry) {
        Entry.Place place = entry.place();
        try {
            if (openTable == null || openPart != place.part()) {
                close();
                openTable = open(place.part());
                openPart = place.part();
            }
            byte[] image = openTable.image(place.offset());
            return () -> {
                if (image == null) {
                    throw new UnusableImageException("no bytes in the row");
                }
                return image;
            };
        } catch (IOException e) {
            return () -> {
                throw e;
            };
        }
    }

    @Override
    public void identify(Consumer<String> lines) {
        lines.accept("Parquet[%s, %s, %s]".formatted(imageColumn, labelColumn, classNames));
        files.identify(lines);
    }

    @Override
    public List<String> firstClasses(Collection<String> seen) {
        return classNames.first(seen);
    }

    @Override
    public void close() {
        if (openTable != null) {
            openTable.close();
        }
        openTable = null;
    }
}
