package org.jft.data.shard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jft.core.cli.ProgressLine;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.store.Storage;
import org.jft.data.store.StoredFile;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Makes a folder of Parquet files that others wrote a data set where it lies: a manifest, a
 * taxonomy and an index beside each file; no image is copied. See {@link ImageTable} for their
 * layout.
 */
public final class ForeignDataSet {
    private static final String SUFFIX = ".parquet";
    private static final int MOST_CLASSES = 10_000_000;

    private final Path folder;
    private final Manifest.Columns columns;
    private final List<Path> files;

    /**
     * @param folder with the files, which end in .parquet
     * @param overwrite replace the manifest of a data set that is there already
     * @throws ConfigException when there is none, or the folder is a data set already
     */
    public ForeignDataSet(Path folder, Manifest.Columns columns, boolean overwrite) {
        this.folder = folder;
        this.columns = columns;
        if (!Files.isDirectory(folder)) {
            throw new ConfigException("%s: no such folder".formatted(folder));
        }
        DataSetWriter.refuseExisting(folder, overwrite);
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(f -> f.getFileName().toString().endsWith(SUFFIX)).sorted().toList();
        } catch (IOException e) {
            throw failed(e);
        }
        if (files.isEmpty()) {
            throw new ConfigException("%s: no file ends in %s".formatted(folder, SUFFIX));
        }
    }

    /** The classes, in the order of their numbers, and the rows of each file. */
    private record Listing(List<String> classes, List<Long> rows) {}

    /**
     * Reads everything once. Started again after an interruption, files that have an index by then
     * are only checked.
     *
     * @param classes names of numbered classes; null takes those of the files' metadata
     */
    public Manifest index(String split, List<String> classes) {
        try (Storage storage = Storage.of(folder.toString())) {
            Listing listing = list(storage, classes);
            Path taxonomyFile = folder.resolve(Taxonomy.FILE_NAME);
            Taxonomy taxonomy = Taxonomy.flat(listing.classes);
            taxonomy.save(taxonomyFile);
            Manifest manifest =
                    Manifest.of(
                            split,
                            taxonomy.size(),
                            new Manifest.TaxonomyReference(
                                    Taxonomy.FILE_NAME, Sha256.ofFile(taxonomyFile)),
                            columns,
                            shards(storage, listing.rows, taxonomy));
            ManifestFile.write(manifest, folder);
            return manifest;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private List<Manifest.Shard> shards(Storage storage, List<Long> rows, Taxonomy taxonomy)
            throws IOException {
        List<Manifest.Shard> shards = new ArrayList<>();
        try (ProgressLine progress =
                ProgressLine.start("index", files.size(), "files", System.nanoTime())) {
            for (Path file : files) {
                Manifest.Shard shard =
                        new Manifest.Shard(
                                file.getFileName().toString(),
                                rows.get(shards.size()),
                                Files.size(file),
                                Sha256.ofFile(file));
                shards.add(shard);
                IndexSource.Rules rules = IndexSource.Rules.of(folder, taxonomy, columns);
                try (StoredFile stored = storage.open(shard.file(), shard.bytes())) {
                    IndexSource source = new IndexSource(storage, stored, shard, rules);
                    if (!source.ready()) {
                        source.make();
                    }
                }
                progress.update(shards.size(), System.nanoTime());
            }
            progress.finish(shards.size(), System.nanoTime());
        }
        return shards;
    }

    private Listing list(Storage storage, List<String> given) throws IOException {
        List<Long> rows = new ArrayList<>();
        List<String> named = given;
        TreeSet<String> strings = new TreeSet<>();
        long[] largest = {-1};
        try (ProgressLine progress =
                ProgressLine.start("list", files.size(), "files", System.nanoTime())) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                try (StoredFile stored = storage.open(name, Files.size(file));
                        ImageTable table =
                                ImageTable.open(stored, columns.image(), columns.label())) {
                    rows.add(table.rowCount());
                    if (given == null) {
                        named = sameNames(file, named, table.classNames());
                    }
                    table.readLabels(
                            labels -> {
                                strings.addAll(labels.names());
                                labels.numbers().forEach(n -> largest[0] = Math.max(largest[0], n));
                            });
                }
                progress.update(rows.size(), System.nanoTime());
            }
            progress.finish(rows.size(), System.nanoTime());
        }
        return new Listing(classes(named, strings, largest[0]), rows);
    }

    private static List<String> sameNames(Path file, List<String> before, List<String> names) {
        if (before != null && !before.equals(names)) {
            throw new CorruptDataException(
                    file, "names other classes than the files before it: give --classes FILE");
        }
        return names;
    }

    private List<String> classes(List<String> named, TreeSet<String> strings, long largest) {
        if (!strings.isEmpty() && largest >= 0) {
            throw new ConfigException(
                    "%s: some labels are numbers, others names; import the files instead"
                            .formatted(folder));
        }
        if (named != null && !named.isEmpty()) {
            return named;
        }
        if (!strings.isEmpty()) {
            return List.copyOf(strings);
        }
        if (largest < 0) {
            throw new ConfigException(
                    "%s: no row has a label in the column '%s'".formatted(folder, columns.label()));
        }
        if (largest >= MOST_CLASSES) {
            throw new ConfigException(
                    "%s: the column '%s' goes up to %,d, so it holds no classes"
                            .formatted(folder, columns.label(), largest));
        }
        return LongStream.rangeClosed(0, largest).mapToObj("class %d"::formatted).toList();
    }

    private ConfigException failed(IOException e) {
        return new ConfigException("%s: cannot be indexed: %s".formatted(folder, e));
    }
}
