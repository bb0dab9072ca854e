package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.cli.ProgressLine;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.shard.ImageTable;

/**
 * Images in Parquet files of Hugging Face's layout, see {@link ImageTable}. Numbered classes have
 * the names of the first file's metadata, unless others are given. Listing reads the small columns;
 * images are then read row group by row group, on one thread.
 */
public final class ParquetSource implements Source {
    private final String imageColumn;
    private final String labelColumn;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Place> places = new ArrayList<>(); // of each entry
    private ClassNames classNames;
    private List<String> fromMetadata; // null when class names were given
    private Path openFile;
    private ImageTable openTable;
    private long unlabelled;

    /** Where an image lies, or why there is none. */
    private record Place(Path file, long row, String problem) {}

    /**
     * Lists the files.
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
        this.imageColumn = imageColumn;
        this.labelColumn = labelColumn;
        this.classNames = classNames;
        int files = train.size() + test.size();
        try (ProgressLine progress =
                ProgressLine.start("list", files, "files", System.nanoTime())) {
            int done = 0;
            for (Path file : train) {
                list(file, test.isEmpty() ? null : Entry.TRAIN);
                progress.update(++done, System.nanoTime());
            }
            for (Path file : test) {
                list(file, Entry.TEST);
                progress.update(++done, System.nanoTime());
            }
            progress.finish(files, System.nanoTime());
        }
    }

    private void list(Path file, String split) {
        try (ImageTable table = ImageTable.open(file, imageColumn, labelColumn)) {
            takeClassNames(file, table.classNames());
            long[] row = {0};
            table.readLabels(labels -> add(file, row[0]++, split, labels));
        }
    }

    private void takeClassNames(Path file, List<String> names) {
        if (classNames == null) {
            classNames = names.isEmpty() ? ClassNames.numbered() : ClassNames.of(names);
            fromMetadata = names;
        } else if (fromMetadata != null && !fromMetadata.equals(names)) {
            throw new CorruptDataException(
                    file, "names other classes than the files before it: give --classes FILE");
        }
    }

    private void add(Path file, long row, String split, ImageTable.Labels labels) {
        String problem = null;
        List<Entry.Claim> claims = new ArrayList<>();
        try {
            for (long number : labels.numbers()) {
                claims.add(new Entry.Claim(List.of(classNames.of(number)), 1));
            }
            labels.names().forEach(name -> claims.add(new Entry.Claim(List.of(name), 1)));
        } catch (UnusableImageException e) {
            problem = e.getMessage();
            claims.clear();
        }
        unlabelled += problem == null && claims.isEmpty() ? 1 : 0;
        String path = "%s/%d".formatted(file.getFileName(), row);
        entries.add(new Entry(path, entries.size(), claims, null, split, null, null));
        places.add(new Place(file, row, problem));
    }

    @Override
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    @Override
    public ImageBytes read(Entry entry) {
        Place place = places.get((int) entry.row());
        if (place.problem != null) {
            return () -> {
                throw new UnusableImageException(place.problem);
            };
        }
        try {
            if (!place.file.equals(openFile)) {
                close();
                openTable = ImageTable.open(place.file, imageColumn, labelColumn);
                openFile = place.file;
            }
            byte[] image = openTable.image(place.row);
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
    public List<String> firstClasses() {
        return classNames.first();
    }

    @Override
    public List<String> remarks() {
        return unlabelled == 0
                ? List.of()
                : List.of("%,d images have no label".formatted(unlabelled));
    }

    @Override
    public void close() {
        if (openTable != null) {
            openTable.close();
        }
        openTable = null;
        openFile = null;
    }
}
