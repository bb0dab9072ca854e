package org.jft.data.shard;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.data.store.Storage;
import org.jft.data.store.StoredFile;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Writes a data set folder. Shards grow in {@code .incomplete/} below it; {@link #finish} moves
 * them into place and writes the manifest last. A process that is killed at any moment leaves a
 * folder without a manifest, or the old data set with its own, never half a set that looks whole;
 * the next writer clears what is left, or {@link #resume resumes}. Not thread-safe: one owner
 * thread.
 */
public final class DataSetWriter implements Closeable {
    static final String INCOMPLETE = ".incomplete";
    private static final Pattern SHARD_NAME = Pattern.compile("shard-\\d{5}\\.(parquet|index)");

    private final Path folder;
    private final Path incomplete;
    private final String split;
    private final Taxonomy taxonomy;
    private final ShardLayout layout;
    private final List<Manifest.Shard> shards = new ArrayList<>();
    private ShardWriter current;
    private Boolean annotated; // null before the first row
    private boolean finished;

    private DataSetWriter(Path folder, String split, Taxonomy taxonomy, ShardLayout layout) {
        this.folder = folder;
        this.incomplete = folder.resolve(INCOMPLETE);
        this.split = requireNonNull(split, "split");
        this.taxonomy = requireNonNull(taxonomy, "taxonomy");
        this.layout = requireNonNull(layout, "layout");
    }

    /**
     * Prepares the folder, which is created when it is missing.
     *
     * @param split train, test, or any other name for the manifest
     * @param overwrite replace a data set that is already there, at {@link #finish}
     * @throws ConfigException when there is a data set and {@code overwrite} is false
     */
    public static DataSetWriter create(
            Path folder, String split, Taxonomy taxonomy, ShardLayout layout, boolean overwrite) {
        refuseExisting(folder, overwrite);
        DataSetWriter writer = new DataSetWriter(folder, split, taxonomy, layout);
        try {
            Files.createDirectories(folder);
            writer.clearIncomplete();
            Files.createDirectory(writer.incomplete);
        } catch (IOException e) {
            throw writer.failed(e);
        }
        return writer;
    }

    /**
     * Goes on with a data set after {@link #suspend}, or after the process was killed.
     *
     * @param kept its first shards, as {@link #shards} told them; later ones are removed
     * @throws LostShardException when one of them is not there as it was
     */
    public static DataSetWriter resume(
            Path folder,
            String split,
            Taxonomy taxonomy,
            ShardLayout layout,
            List<Manifest.Shard> kept) {
        DataSetWriter writer = new DataSetWriter(folder, split, taxonomy, layout);
        try {
            Files.createDirectories(writer.incomplete);
            requireKept(folder, kept);
            writer.shards.addAll(kept);
            writer.removeUnfinished();
        } catch (IOException e) {
            throw writer.failed(e);
        }
        return writer;
    }

    /** A finished shard that is not there as it was: what was written goes for nothing. */
    public static final class LostShardException extends CorruptDataException {
        private LostShardException(Path file, Manifest.Shard shard) {
            super(
                    file,
                    ("was finished with %,d bytes by an import that was interrupted, and is not"
                                    + " there as it was")
                            .formatted(shard.bytes()));
        }
    }

    /**
     * Checks that {@link #resume} can go on with shards.
     *
     * @throws LostShardException when one of them is not there as it was
     */
    public static void requireKept(Path folder, List<Manifest.Shard> kept) throws IOException {
        for (Manifest.Shard shard : kept) {
            Path file = folder.resolve(INCOMPLETE).resolve(shard.file());
            if (!Files.exists(file)) {
                file = folder.resolve(shard.file()); // it was interrupted in finish()
            }
            if (!Files.exists(file) || Files.size(file) != shard.bytes()) {
                throw new LostShardException(file, shard);
            }
        }
    }

    /** Throws when the folder holds a data set that may not be replaced. */
    public static void refuseExisting(Path folder, boolean overwrite) {
        if (!overwrite && Files.exists(folder.resolve(Manifest.FILE_NAME))) {
            throw new ConfigException(
                    "%s: holds a data set already; choose another folder or add --overwrite"
                            .formatted(folder));
        }
    }

    /**
     * Appends a row.
     *
     * @throws IllegalArgumentException when a label is not ascending or outside the taxonomy, or
     *     some rows have annotations and some have not
     */
    public void add(Sample sample) {
        checkState(!finished, "%s is finished", folder);
        checkLabels(sample);
        checkAnnotations(sample);
        try {
            if (current == null) {
                current =
                        new ShardWriter(
                                incomplete.resolve(shardName(shards.size())), layout, annotated);
            }
            current.write(sample);
            if (current.bytes() >= layout.shardBytes()) {
                closeShard();
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Takes over the shards of a data set that was finished on the same file system; they become
     * the next ones here, and are gone there.
     */
    public void adopt(Path other) {
        try (Storage storage = Storage.of(other.toString())) {
            closeShard();
            for (Manifest.Shard shard : Manifest.load(storage).shards()) {
                Manifest.Shard here =
                        new Manifest.Shard(
                                shardName(shards.size()),
                                shard.rows(),
                                shard.bytes(),
                                shard.sha256());
                Files.move(other.resolve(shard.file()), incomplete.resolve(here.file()));
                Path index = other.resolve(ShardIndexFile.nameFor(shard));
                if (Files.exists(index)) {
                    Files.move(index, incomplete.resolve(ShardIndexFile.nameFor(here)));
                }
                shards.add(here);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static String shardName(int index) {
        return "shard-%05d.parquet".formatted(index);
    }

    /** Returns the shards that are finished and on the disk; a view. */
    public List<Manifest.Shard> shards() {
        return Collections.unmodifiableList(shards);
    }

    /** Finishes the last shard: no row follows. */
    public void seal() {
        try {
            closeShard();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Stops for now: keeps the finished shards for {@link #resume}. */
    public void suspend() {
        if (finished) {
            return;
        }
        try {
            closeUnfinished();
            removeUnfinished();
        } catch (IOException ignored) {
            // whoever resumes removes it
        }
    }

    private void closeUnfinished() {
        try {
            if (current != null) {
                ShardWriter unfinished = current;
                current = null;
                unfinished.close();
            }
        } catch (IOException | RuntimeException ignored) {
            // most likely the failure that made the caller give up; the file goes anyway
        }
    }

    private void removeUnfinished() throws IOException {
        Set<String> kept = fileNames();
        try (Stream<Path> files = Files.list(incomplete)) {
            for (Path file : files.toList()) {
                if (!kept.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    /**
     * Completes the data set and returns its manifest. A process that is killed meanwhile can
     * {@link #resume} with all shards and complete it again.
     */
    public Manifest finish() {
        checkState(!finished, "%s is finished", folder);
        try {
            closeShard();
            Path taxonomyFile = incomplete.resolve(Taxonomy.FILE_NAME);
            taxonomy.save(taxonomyFile);
            Manifest manifest =
                    Manifest.of(
                            split,
                            taxonomy.size(),
                            new Manifest.TaxonomyReference(
                                    Taxonomy.FILE_NAME, Sha256.ofFile(taxonomyFile)),
                            shards);
            removeOld();
            for (Manifest.Shard shard : shards) {
                moveIntoPlace(shard.file());
                moveIntoPlace(ShardIndexFile.nameFor(shard));
            }
            moveIntoPlace(Taxonomy.FILE_NAME);
            ManifestFile.write(manifest, folder);
            finished = true;
            Files.delete(incomplete);
            return manifest;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Gives up what is not finished: removes the rows written so far. */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        closeUnfinished();
        try {
            clearIncomplete();
        } catch (IOException ignored) {
            // the next writer clears it
        }
    }

    private void checkLabels(Sample sample) {
        Labels labels = sample.labels();
        checkIds(labels.ids(), sample);
        for (float confidence : labels.confidences()) {
            checkArgument(
                    confidence >= 0 && confidence <= 1,
                    "confidence=%s is not in [0, 1]: path=%s",
                    confidence,
                    sample.path());
        }
        if (sample.cleanLabels() != null) {
            checkIds(sample.cleanLabels(), sample);
        }
    }

    private void checkAnnotations(Sample sample) {
        boolean has = sample.annotations() != null;
        annotated = annotated == null ? (Boolean) has : annotated;
        checkArgument(
                annotated == has,
                "annotations of some images and not of others: path=%s",
                sample.path());
        if (has) {
            sample.annotations().checkClasses(taxonomy.size());
        }
    }

    private void checkIds(int[] ids, Sample sample) {
        int previous = -1;
        for (int id : ids) {
            checkArgument(
                    previous < id && id < taxonomy.size(),
                    "label ids must ascend and stay below %s: %s after %s, path=%s",
                    taxonomy.size(),
                    id,
                    previous,
                    sample.path());
            previous = id;
        }
    }

    private void closeShard() throws IOException {
        if (current != null) {
            Manifest.Shard shard = current.finish();
            current = null;
            shards.add(shard);
            makeIndex(shard);
        }
    }

    /** Reads the small columns back while they are warm; a remote copy of the set needs it most. */
    private void makeIndex(Manifest.Shard shard) {
        try (Storage storage = Storage.of(incomplete.toString());
                StoredFile file = storage.open(shard.file(), shard.bytes())) {
            IndexSource.Rules rules = IndexSource.Rules.of(incomplete, taxonomy, null);
            new IndexSource(storage, file, shard, rules).make();
        }
    }

    /** What is not there was moved before a kill, or is an index that could not be written. */
    private void moveIntoPlace(String name) throws IOException {
        if (Files.exists(incomplete.resolve(name))) {
            Files.move(
                    incomplete.resolve(name),
                    folder.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * The old manifest goes first: from here to the new one the folder is no data set. Shards with
     * the names of new ones are replaced later, or are new ones themselves.
     */
    private void removeOld() throws IOException {
        Files.deleteIfExists(folder.resolve(Manifest.FILE_NAME));
        Set<String> ours = fileNames();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (SHARD_NAME.matcher(name).matches() && !ours.contains(name)) {
                    Files.delete(file);
                }
            }
        }
    }

    private Set<String> fileNames() {
        return shards.stream()
                .flatMap(shard -> Stream.of(shard.file(), ShardIndexFile.nameFor(shard)))
                .collect(Collectors.toSet());
    }

    private void clearIncomplete() throws IOException {
        if (!Files.isDirectory(incomplete)) {
            return;
        }
        try (Stream<Path> files = Files.list(incomplete)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(incomplete);
    }

    private JftException failed(IOException e) {
        boolean full = String.valueOf(e.getMessage()).contains("No space left on device");
        String sentence =
                full
                        ? "%s: the disk is full; free some space or choose another folder; nothing"
                                        .formatted(folder)
                                + " half-written is kept"
                        : "%s: cannot be written: %s".formatted(folder, e);
        return new JftException(Category.ABORT_RUN, sentence, e);
    }
}
