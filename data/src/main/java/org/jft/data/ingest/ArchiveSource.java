package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jft.core.cli.ProgressLine;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.archive.BrokenArchiveException;
import org.jft.data.archive.ForwardFile;
import org.jft.data.archive.PlacedReader;

/**
 * Images in archives. Listing reads each archive once and remembers where every image lies (about
 * 300 bytes an image); an image is then one positional read, or, in a compressed archive, a step
 * forward. Where an archive breaks off, what came before is kept, and the archive itself is listed
 * as one more, unusable image.
 */
public final class ArchiveSource implements Source {
    private final ArchiveFormat format;
    private final List<Path> archives;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Place> places = new ArrayList<>(); // of each entry
    private final List<String> broken = new ArrayList<>();
    private final PlacedReader reader = new PlacedReader();
    private long leftAside;
    private long unlabelled;

    private record Place(
            Path archive, boolean compressed, long offset, int length, String problem) {}

    /**
     * Lists the archives.
     *
     * @param test archives of held-out images; may be empty
     */
    public ArchiveSource(ArchiveFormat format, List<Path> train, List<Path> test) {
        this.format = format;
        this.archives = Stream.concat(train.stream(), test.stream()).toList();
        Path base = commonFolder(archives);
        try (ProgressLine progress =
                ProgressLine.start("list", archives.size(), "archives", System.nanoTime())) {
            OrderedWork.run(
                    archives.size(),
                    i -> () -> list(archives.get((int) i)),
                    (i, index) -> {
                        boolean held = i >= train.size();
                        String split = held ? Entry.TEST : test.isEmpty() ? null : Entry.TRAIN;
                        add(archives.get((int) i), base, index, split);
                        progress.update(i + 1, System.nanoTime());
                    });
            progress.finish(archives.size(), System.nanoTime());
        }
    }

    private ArchiveIndex list(Path archive) {
        ArchiveIndex index = new ArchiveIndex();
        try (ForwardFile file = ForwardFile.open(archive)) {
            index.compressed(file.compressed());
            format.list(file, index);
        } catch (BrokenArchiveException e) {
            index.add(ArchiveIndex.Item.unusable("", e.getMessage()));
        } catch (IOException e) {
            throw new CorruptDataException(archive, "cannot be read: " + e, e);
        }
        return index;
    }

    private void add(Path archive, Path base, ArchiveIndex index, String split) {
        String path = base.relativize(archive.toAbsolutePath()).toString().replace('\\', '/');
        for (ArchiveIndex.Item item : index.items()) {
            String name = item.name().isEmpty() ? path : path + "/" + item.name();
            if (item.name().isEmpty()) {
                broken.add("%s: %s".formatted(archive, item.problem()));
            } else if (item.problem() == null && item.claims().isEmpty()) {
                unlabelled++;
            }
            entries.add(new Entry(name, entries.size(), item.claims(), null, split, null, null));
            places.add(
                    new Place(
                            archive,
                            index.compressed(),
                            item.offset(),
                            item.length(),
                            item.problem()));
        }
        leftAside += index.leftAside();
    }

    private static Path commonFolder(List<Path> archives) {
        Path common = archives.get(0).toAbsolutePath().getParent();
        for (Path archive : archives) {
            while (!archive.toAbsolutePath().startsWith(common)) {
                common = common.getParent();
            }
        }
        return common;
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
        return reader.read(place.archive, place.compressed, place.offset, place.length)::get;
    }

    @Override
    public List<String> firstClasses() {
        return format.classNames().first();
    }

    @Override
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>(broken);
        if (leftAside > 0) {
            remarks.add(
                    "%,d members are neither images nor labels of one: left aside"
                            .formatted(leftAside));
        }
        if (unlabelled > 0) {
            remarks.add("%,d images have no label".formatted(unlabelled));
        }
        return remarks;
    }

    @Override
    public void close() {
        reader.close();
    }
}
