package org.jft.data.shard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jft.core.config.DataConfig;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.taxonomy.ClassMapping;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * A data set folder, open for random access. Opening reads footers, small columns and page headers
 * of all shards (about 50 bytes of memory a row) and checks sizes and label ids; it does not read
 * images or verify checksums ({@code jft-data verify} does). Thread-safe; but do not interrupt a
 * thread that reads: the JDK then closes the shard's file for all threads.
 */
public final class DataSet implements SampleStore {
    private final Path folder;
    private final Manifest manifest;
    private final Taxonomy taxonomy;

    /** Null when the classes are the folder's own. */
    private final ClassMapping mapping;

    private final String fingerprint;
    private final OpenShard[] shards;
    private final long[] firstRow; // [shards + 1], ascending

    private DataSet(
            Path folder,
            Manifest manifest,
            Taxonomy taxonomy,
            ClassMapping mapping,
            OpenShard[] shards) {
        this.folder = folder;
        this.manifest = manifest;
        this.taxonomy = mapping == null ? taxonomy : mapping.taxonomy();
        this.mapping = mapping;
        this.fingerprint =
                mapping == null
                        ? manifest.fingerprint()
                        : fingerprint(manifest, mapping.taxonomy().names());
        this.shards = shards;
        this.firstRow = new long[shards.length + 1];
        for (int i = 0; i < shards.length; i++) {
            firstRow[i + 1] = firstRow[i] + shards[i].rows().count();
        }
    }

    /**
     * Opens a folder.
     *
     * @throws org.jft.core.failure.ConfigException when there is no data set, saying what makes one
     * @throws CorruptDataException naming the file that is missing, truncated or altered
     */
    public static DataSet open(Path folder) {
        return open(folder, null);
    }

    /**
     * Opens a folder; its labels are mapped to the classes of a list (see {@link ClassMapping}),
     * which from then on are all the classes it has.
     *
     * @param classes the list's file; null for the folder's own classes
     */
    public static DataSet open(Path folder, Path classes) {
        Manifest manifest = Manifest.load(folder);
        Taxonomy taxonomy = loadTaxonomy(folder, manifest);
        ClassMapping mapping = classes == null ? null : ClassMapping.load(taxonomy, classes);
        List<Manifest.Shard> listed = manifest.shards();
        OpenShard[] shards = new OpenShard[listed.size()];
        try {
            IntStream.range(0, shards.length)
                    .parallel()
                    .forEach(i -> shards[i] = file(folder, listed.get(i)).open(taxonomy.size()));
        } catch (RuntimeException e) {
            Arrays.stream(shards).filter(Objects::nonNull).forEach(OpenShard::close);
            throw e;
        }
        return new DataSet(folder, manifest, taxonomy, mapping, shards);
    }

    /** Opens what a run trains on, with its list of classes. */
    public static DataSet openTrain(DataConfig config) {
        return open(Path.of(config.train()), classes(config));
    }

    /** Opens what a run is scored on, with its list of classes. */
    public static DataSet openTest(DataConfig config) {
        return open(Path.of(config.test()), classes(config));
    }

    private static Path classes(DataConfig config) {
        return config.classes() == null ? null : Path.of(config.classes());
    }

    private static String fingerprint(Manifest manifest, List<String> names) {
        MessageDigest digest = Sha256.digest();
        digest.update((manifest.fingerprint() + "\n").getBytes(UTF_8));
        names.forEach(name -> digest.update((name + "\n").getBytes(UTF_8)));
        return Sha256.hex(digest);
    }

    private static Taxonomy loadTaxonomy(Path folder, Manifest manifest) {
        Path file = folder.resolve(manifest.taxonomy().file());
        if (!Files.isRegularFile(file)) {
            throw new CorruptDataException(file, "missing, but manifest.json names it");
        }
        try {
            if (!Sha256.ofFile(file).equals(manifest.taxonomy().sha256())) {
                throw new CorruptDataException(
                        file, "altered: its checksum is not the one in manifest.json");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Taxonomy taxonomy = Taxonomy.load(file);
        if (taxonomy.size() != manifest.classCount()) {
            throw new CorruptDataException(
                    file,
                    "has %d classes, manifest.json says %d"
                            .formatted(taxonomy.size(), manifest.classCount()));
        }
        return taxonomy;
    }

    private static ShardFile file(Path folder, Manifest.Shard shard) {
        return new ShardFile(folder.resolve(shard.file()), shard);
    }

    /** Returns the folder it was opened from. */
    public Path folder() {
        return folder;
    }

    public Manifest manifest() {
        return manifest;
    }

    public Taxonomy taxonomy() {
        return taxonomy;
    }

    /**
     * Reads a whole shard and compares its checksum with the manifest's.
     *
     * @return one sentence naming the file when they differ
     */
    public Optional<String> checksumProblem(Manifest.Shard shard) {
        Path file = folder.resolve(shard.file());
        try {
            String found = Sha256.ofFile(file);
            return found.equals(shard.sha256())
                    ? Optional.empty()
                    : Optional.of(
                            "%s: altered: its SHA-256 is %s, manifest.json says %s"
                                    .formatted(file, found, shard.sha256()));
        } catch (IOException e) {
            return Optional.of("%s: cannot be read: %s".formatted(file, e));
        }
    }

    @Override
    public long rowCount() {
        return firstRow[shards.length];
    }

    @Override
    public int classCount() {
        return taxonomy.size();
    }

    @Override
    public SampleKey key(long row) {
        int shard = shardOf(row);
        RowColumns rows = shards[shard].rows();
        int at = rowIn(shard, row);
        return new SampleKey(rows.keyHigh()[at], rows.keyLow()[at]);
    }

    @Override
    public ByteBuffer readImage(long row, ByteBuffer scratch) {
        int shard = shardOf(row);
        return shards[shard].readImage(rowIn(shard, row), scratch);
    }

    /** Returns the length of the encoded image, bytes. */
    public int imageBytes(long row) {
        int shard = shardOf(row);
        return shards[shard].rows().imageBytes()[rowIn(shard, row)];
    }

    /** Returns the image's width as its header says, pixels. */
    public int width(long row) {
        int shard = shardOf(row);
        return shards[shard].rows().widths()[rowIn(shard, row)];
    }

    /** Returns the image's height as its header says, pixels. */
    public int height(long row) {
        int shard = shardOf(row);
        return shards[shard].rows().heights()[rowIn(shard, row)];
    }

    @Override
    public Labels labels(long row) {
        int shard = shardOf(row);
        return mapped(shards[shard].rows().labels(rowIn(shard, row)));
    }

    @Override
    public Labels cleanLabels(long row) {
        int shard = shardOf(row);
        return mapped(shards[shard].rows().cleanLabels(rowIn(shard, row)));
    }

    private Labels mapped(Labels labels) {
        return mapping == null ? labels : mapping.map(labels);
    }

    @Override
    public String locate(long row) {
        int shard = shardOf(row);
        Manifest.Shard listed = manifest.shards().get(shard);
        String path = file(folder, listed).imagePath(rowIn(shard, row));
        return "%s row %d%s"
                .formatted(
                        folder.resolve(listed.file()),
                        rowIn(shard, row),
                        path == null ? "" : " (%s)".formatted(path));
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        for (OpenShard shard : shards) {
            shard.close();
        }
    }

    private int shardOf(long row) {
        Objects.checkIndex(row, rowCount());
        int found = Arrays.binarySearch(firstRow, row);
        int shard = found >= 0 ? found : -found - 2;
        // an empty shard starts where the next one does
        while (firstRow[shard + 1] == row) {
            shard++;
        }
        return shard;
    }

    private int rowIn(int shard, long row) {
        return (int) (row - firstRow[shard]);
    }
}
