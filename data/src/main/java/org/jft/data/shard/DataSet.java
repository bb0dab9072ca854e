package org.jft.data.shard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jft.core.config.DataConfig;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.annotation.Annotations;
import org.jft.data.store.Storage;
import org.jft.data.taxonomy.ClassMapping;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * A data set, open for random access, in a folder of this machine or in an object store. Opening
 * finds all shards, compares their sizes with the manifest and looks at the head of each one's
 * index (made now where it is missing); what a row needs is mapped when it is first asked for. So
 * it opens as fast for 300M rows as their shards can be listed, and takes no memory by the row.
 * Neither images are read nor checksums verified ({@code jft-data verify} does). Thread-safe; but
 * do not interrupt a thread that reads: the JDK then closes the shard's file for all threads.
 */
public final class DataSet implements SampleStore {
    private static final int FAR_SHARDS_AT_A_TIME = 32;
    private static final String NOTICE = "NOTICE.txt";

    private final Storage storage;
    private final Manifest manifest;
    private final Taxonomy taxonomy;

    private final View view;
    private final String fingerprint;
    private final OpenShard[] shards;
    private final long[] firstRow; // [shards + 1], ascending
    private final BitSet dropped;

    private DataSet(
            Storage storage, Manifest manifest, Taxonomy taxonomy, View view, OpenShard[] shards) {
        this.storage = storage;
        this.manifest = manifest;
        this.taxonomy = view.of(taxonomy);
        this.view = view;
        this.fingerprint = view.fingerprint(manifest);
        this.shards = shards;
        this.firstRow = new long[shards.length + 1];
        for (int i = 0; i < shards.length; i++) {
            firstRow[i + 1] = firstRow[i] + manifest.shards().get(i).rows();
        }
        this.dropped = droppedRows();
    }

    /**
     * Opens a folder.
     *
     * @throws ConfigException when there is no data set, saying what makes one
     * @throws CorruptDataException naming the file that is missing, truncated or altered
     */
    public static DataSet open(Path folder) {
        return open(folder.toString(), null);
    }

    /**
     * Opens a data set; its labels are mapped to the classes of a list (see {@link ClassMapping}),
     * which from then on are all the classes it has.
     *
     * @param location a folder, or {@code s3://bucket/prefix}
     * @param classes the list's file; null for the data set's own classes
     */
    public static DataSet open(String location, Path classes) {
        return open(location, classes, DropList.NONE);
    }

    /**
     * The same without some images: they keep their rows, but {@link #dropped} names these. It
     * takes a look at every key, if there are any.
     */
    public static DataSet open(String location, Path classes, DropList dropList) {
        return open(Storage.of(location), classes, null, dropList);
    }

    /**
     * Opens what a run trains on, with its list of classes and without what it drops: what its drop
     * list names, and images of other classes than those of {@code data.images_of}.
     *
     * @throws ConfigException also when none of what it drops is there, or nothing is left
     */
    public static DataSet openTrain(DataConfig config) {
        DataSet data =
                open(
                        config,
                        config.train(),
                        path(config.imagesOf()),
                        "data.drop_train",
                        config.dropTrain());
        try {
            data.checkSomethingIsLeft(config);
            return data;
        } catch (ConfigException e) {
            data.close();
            throw e;
        }
    }

    private void checkSomethingIsLeft(DataConfig config) {
        if (config.imagesOf() != null && droppedCount() == rowCount()) {
            throw new ConfigException(
                    "data.images_of=%s: no image of %s has a label of these classes or below"
                            .formatted(config.imagesOf(), config.train()));
        }
    }

    /** Returns whether there is anything to open where a run finds what it trains on. */
    public static boolean trainIsThere(DataConfig config) {
        try (Storage storage = Storage.of(config.train(), config.store())) {
            return storage.folder()
                    .map(Files::exists)
                    .orElseGet(() -> storage.exists(Manifest.FILE_NAME));
        }
    }

    /**
     * Opens what a run is scored on, with its list of classes and without what it drops.
     *
     * @throws ConfigException also when none of what it drops is there
     */
    public static DataSet openTest(DataConfig config) {
        return open(config, config.test(), null, "data.drop_test", config.dropTest());
    }

    private static DataSet open(
            DataConfig config, String location, Path imagesOf, String key, String drops) {
        DropList dropList = DropList.load(drops);
        DataSet data =
                open(
                        Storage.of(location, config.store()),
                        path(config.classes()),
                        imagesOf,
                        dropList);
        if (!dropList.isEmpty()
                && data.dropped.stream().noneMatch(row -> dropList.contains(data.key(row)))) {
            data.close();
            throw new ConfigException(
                    "%s=%s: none of its images is in %s: it was made for another data set"
                            .formatted(key, drops, location));
        }
        return data;
    }

    private static Path path(String file) {
        return file == null ? null : Path.of(file);
    }

    private static DataSet open(Storage storage, Path classes, Path images, DropList dropList) {
        List<OpenShard> open = Collections.synchronizedList(new ArrayList<>());
        try {
            Manifest manifest = Manifest.load(storage);
            Taxonomy taxonomy = loadTaxonomy(storage, manifest);
            View view = View.of(taxonomy, classes, images, dropList);
            IndexSource.Rules rules =
                    IndexSource.Rules.of(
                            storage.derived(manifest.fingerprint()), taxonomy, manifest.columns());
            PageCache pages = new PageCache();
            ShardAnnotations.Kept annotations = new ShardAnnotations.Kept();
            OpenShard[] shards = new OpenShard[manifest.shards().size()];
            openAll(
                    shards.length,
                    storage.folder().isPresent() ? 0 : FAR_SHARDS_AT_A_TIME,
                    i -> {
                        Manifest.Shard listed = manifest.shards().get(i);
                        shards[i] = OpenShard.open(storage, listed, rules, pages, annotations);
                        open.add(shards[i]);
                    });
            return new DataSet(storage, manifest, taxonomy, view, shards);
        } catch (RuntimeException e) {
            open.forEach(OpenShard::close);
            storage.close();
            throw e;
        }
    }

    /**
     * Opens shards side by side.
     *
     * @param atATime more than cores pay where each is a request; 0 for as many as cores
     */
    private static void openAll(int count, int atATime, IntConsumer opener) {
        if (atATime == 0) {
            IntStream.range(0, count).parallel().forEach(opener);
            return;
        }
        ForkJoinPool pool = new ForkJoinPool(atATime);
        try {
            pool.submit(() -> IntStream.range(0, count).parallel().forEach(opener)).join();
        } finally {
            pool.shutdown();
        }
    }

    private BitSet droppedRows() {
        BitSet rows = new BitSet();
        if (!view.dropsSome()) {
            return rows;
        }
        BitSet[] ofShard = new BitSet[shards.length];
        Arrays.parallelSetAll(
                ofShard,
                i -> view.dropped(shards[i].index(), (int) (firstRow[i + 1] - firstRow[i])));
        for (int i = 0; i < shards.length; i++) {
            int first = Math.toIntExact(firstRow[i]);
            ofShard[i].stream().forEach(row -> rows.set(first + row));
        }
        return rows;
    }

    private static Taxonomy loadTaxonomy(Storage storage, Manifest manifest) {
        String name = manifest.taxonomy().file();
        String file = storage.locate(name);
        if (!storage.exists(name)) {
            throw new CorruptDataException(file, "missing, but manifest.json names it");
        }
        byte[] text = storage.readAll(name);
        if (!Sha256.hex(Sha256.digest().digest(text)).equals(manifest.taxonomy().sha256())) {
            throw new CorruptDataException(
                    file, "altered: its checksum is not the one in manifest.json");
        }
        Taxonomy taxonomy = Taxonomy.parse(text, file);
        if (taxonomy.size() != manifest.classCount()) {
            throw new CorruptDataException(
                    file,
                    "has %d classes, manifest.json says %d"
                            .formatted(taxonomy.size(), manifest.classCount()));
        }
        return taxonomy;
    }

    /** Returns the place it was opened from. */
    public String location() {
        return storage.locate("");
    }

    /**
     * Returns what is to be said wherever its images are shown, such as where they come from and
     * their licence: the text of {@code NOTICE.txt} in its folder.
     */
    public Optional<String> notice() {
        return storage.exists(NOTICE)
                ? Optional.of(new String(storage.readAll(NOTICE), UTF_8).strip())
                : Optional.empty();
    }

    public Manifest manifest() {
        return manifest;
    }

    public Taxonomy taxonomy() {
        return taxonomy;
    }

    /**
     * Reads a whole shard, compares its checksum with the manifest's, and what it says of its rows
     * with its index.
     *
     * @param shard number of the shard
     * @return one sentence naming the file when they differ
     */
    public Optional<String> problem(int shard) {
        return shards[shard].problem();
    }

    /** Returns how many shards' indexes are mapped by now. */
    long mappedShards() {
        return Arrays.stream(shards).filter(OpenShard::mapped).count();
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
        return shards[shard].index().key(rowIn(shard, row));
    }

    @Override
    public boolean dropped(long row) {
        return dropped.get((int) row);
    }

    @Override
    public long droppedCount() {
        return dropped.cardinality();
    }

    /** Returns the classes whose images alone take part; empty if all do. */
    public List<String> imagesOf() {
        return view.imagesOf() == null ? List.of() : view.imagesOf().taxonomy().names();
    }

    /** Returns the list it was opened with; empty if there was none. */
    public DropList dropList() {
        return view.dropList();
    }

    @Override
    public ByteBuffer readImage(long row, ByteBuffer scratch) {
        int shard = shardOf(row);
        return shards[shard].readImage(rowIn(shard, row), scratch);
    }

    @Override
    public OptionalLong nearBytes() {
        return storage.nearBytes();
    }

    @Override
    public long bytes() {
        return manifest.bytes();
    }

    @Override
    public void willNeed(long row) {
        int shard = shardOf(row);
        shards[shard].willNeed(rowIn(shard, row));
    }

    /** Returns the length of the encoded image, bytes. */
    public int imageBytes(long row) {
        int shard = shardOf(row);
        return shards[shard].index().imageBytes(rowIn(shard, row));
    }

    /** Returns the image's width as its header says, pixels. */
    public int width(long row) {
        int shard = shardOf(row);
        return shards[shard].index().width(rowIn(shard, row));
    }

    /** Returns the image's height as its header says, pixels. */
    public int height(long row) {
        int shard = shardOf(row);
        return shards[shard].index().height(rowIn(shard, row));
    }

    @Override
    public Labels labels(long row) {
        int shard = shardOf(row);
        return view.of(shards[shard].index().labels(rowIn(shard, row)));
    }

    @Override
    public Optional<Labels> cleanLabels(long row) {
        int shard = shardOf(row);
        return shards[shard].index().cleanLabels(rowIn(shard, row)).map(view::of);
    }

    @Override
    public Optional<Annotations> annotations(long row) {
        int shard = shardOf(row);
        return Optional.ofNullable(shards[shard].annotations(rowIn(shard, row))).map(view::of);
    }

    /** Returns whether its images have annotations. */
    public boolean annotated() {
        return shards.length > 0 && shards[0].annotated();
    }

    @Override
    public String locate(long row) {
        int shard = shardOf(row);
        return shards[shard].locate(rowIn(shard, row));
    }

    /** Says in which row of which shard a row lies, without asking for its original path. */
    public String place(long row) {
        int shard = shardOf(row);
        return shards[shard].place(rowIn(shard, row));
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
        storage.close();
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
