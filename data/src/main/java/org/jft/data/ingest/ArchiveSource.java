package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.archive.BrokenArchiveException;
import org.jft.data.archive.ForwardFile;
import org.jft.data.archive.PlacedReader;

/**
 * Images in archives, a part each. Listing reads an archive once and notes where every image lies;
 * an image is then one positional read, or, in a compressed archive, a step forward. Where an
 * archive breaks off, what came before is kept, and the archive itself is listed as one more,
 * unusable image.
 */
public final class ArchiveSource implements Source {
    private final ArchiveFormat format;
    private final InputFiles archives;
    private transient PlacedReader reader;

    /**
     * Takes archives, which are not opened yet.
     *
     * @param test archives of held-out images; may be empty
     */
    public ArchiveSource(ArchiveFormat format, List<Path> train, List<Path> test) {
        this.format = format;
        this.archives = InputFiles.of(train, test);
    }

    @Override
    public int parts() {
        return archives.count();
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        Path archive = archives.path(part);
        String path = archives.name(part);
        String split = archives.split(part);
        long[] row = {0};
        ArchiveIndex index =
                new ArchiveIndex(
                        item -> {
                            String name = path + "/" + item.name();
                            entries.accept(
                                    item.problem() == null
                                            ? Entry.of(
                                                    name,
                                                    row[0],
                                                    new Entry.Place(
                                                            part, item.offset(), item.length()),
                                                    item.claims(),
                                                    split,
                                                    archives.group(part, item.name()))
                                            : Entry.unusable(
                                                    name, row[0], part, split, item.problem()));
                            row[0]++;
                        });
        try (ForwardFile file = ForwardFile.open(archive)) {
            format.list(file, index);
            return new Listing.Rest(index.leftAside(), List.of());
        } catch (BrokenArchiveException e) {
            entries.accept(Entry.unusable(path, row[0], part, split, e.getMessage()));
            return new Listing.Rest(
                    index.leftAside(), List.of("%s: %s".formatted(archive, e.getMessage())));
        } catch (IOException e) {
            throw new CorruptDataException(archive, "cannot be read: " + e, e);
        }
    }

    @Override
    public ImageBytes read(Entry entry) {
        if (reader == null) {
            reader = new PlacedReader();
        }
        Entry.Place place = entry.place();
        Path archive = archives.path(place.part());
        return reader.read(archive, place.offset(), place.length())::get;
    }

    @Override
    public void identify(Consumer<String> lines) {
        lines.accept(format.toString());
        archives.identify(lines);
    }

    @Override
    public List<String> firstClasses(Collection<String> seen) {
        return format.classNames().first(seen);
    }

    @Override
    public String leftAside() {
        return "members are neither images nor labels of one";
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
    }
}
