package org.jft.data.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.jft.data.ingest.ClassPaths;
import org.jft.data.ingest.Destination;
import org.jft.data.ingest.Entry;
import org.jft.data.ingest.ImportOptions;
import org.jft.data.ingest.ImportReport;
import org.jft.data.ingest.LabelSpace;
import org.jft.data.ingest.Listing;
import org.jft.data.ingest.Quarantine;
import org.jft.data.ingest.Source;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Taxonomy;
import scala.Tuple2;

/**
 * One import on Spark: the steps of the local one, where equal images meet by a shuffle on their
 * key. Images are read in the order of the source within a task, as compressed archives need it.
 */
final class SparkImport {
    /** Images a task reads: minutes of work, so that little is repeated when a machine fails. */
    private static final int IMAGES_PER_TASK = 1 << 14;

    /** The quarantine is read back by the driver, a slice at a time. */
    private static final int QUARANTINE_SLICES = 16;

    private final JavaSparkContext spark;
    private final Source source;
    private final ImportOptions options;
    private final Path folder;
    private final Path scratch;
    private final Consumer<String> told;
    private final ImportSteps steps;
    private long duplicates;
    private long leaks;

    SparkImport(
            JavaSparkContext spark,
            Source source,
            ImportOptions options,
            Path folder,
            Path scratch,
            Consumer<String> told) {
        this.spark = spark;
        this.source = source;
        this.options = options;
        this.folder = folder;
        this.scratch = scratch;
        this.told = told;
        this.steps = new ImportSteps(source, options);
    }

    ImportReport run() throws IOException {
        ImportSteps steps = this.steps; // what a task takes along, without this
        JavaRDD<ImportSteps.Listed> listed = list(steps);
        Listing listing =
                listed
                        .filter(l -> l.listing() != null)
                        .map(ImportSteps.Listed::listing)
                        .collect()
                        .stream()
                        .reduce(Listing.NOTHING, Listing::with);
        listing.remarks(source).forEach(told);
        List<Destination> destinations = options.split().destinations(listing, folder);
        boolean divided = destinations.size() > 1;
        destinations.forEach(d -> DataSetWriter.refuseExisting(d.folder(), options.overwrite()));
        JavaPairRDD<Long, Entry> entries =
                listed.filter(l -> l.entry() != null)
                        .map(ImportSteps.Listed::entry)
                        .zipWithIndex()
                        .mapToPair(Tuple2::swap);
        JavaRDD<Looked> looked =
                inOrder(entries, listing.images())
                        .mapPartitions(slice -> steps.scan(slice, divided))
                        .persist(StorageLevel.DISK_ONLY());
        try (Quarantine quarantine = Quarantine.start(scratch.resolve("quarantine"))) {
            addUnusable(looked, quarantine);
            quarantine.publish(folder, listing.images(), options.maxQuarantine(), "");
            JavaRDD<Copies> kept = unite(looked, Copies::and);
            LabelSpace space = labelSpace(steps, kept);
            if (options.shrink().maxPixels() > 0) {
                JavaRDD<Looked> shrunk =
                        inOrder(kept.mapToPair(c -> new Tuple2<>(c.index(), c)), listing.images())
                                .values()
                                .mapPartitions(steps::shrink)
                                .persist(StorageLevel.DISK_ONLY());
                addUnusable(shrunk, quarantine);
                kept = unite(shrunk, Copies::without);
            }
            List<ImportReport.Split> splits =
                    write(kept, space, destinations, quarantine, listing.images());
            return new ImportReport(
                    listing.images(),
                    splits,
                    space.taxonomy().size(),
                    space.droppedClasses(),
                    duplicates,
                    leaks,
                    quarantine.images());
        }
    }

    private JavaRDD<ImportSteps.Listed> list(ImportSteps steps) {
        List<Integer> parts = IntStream.range(0, source.parts()).boxed().toList();
        return spark.parallelize(parts, Math.max(1, parts.size()))
                .flatMap(steps::list)
                .persist(StorageLevel.DISK_ONLY());
    }

    private <T> JavaPairRDD<Long, T> inOrder(JavaPairRDD<Long, T> numbered, long images) {
        long slices = Math.max(2L * spark.defaultParallelism(), images / IMAGES_PER_TASK);
        return numbered.repartitionAndSortWithinPartitions(
                new IndexPartitioner(images, (int) Math.min(images, slices)));
    }

    private static void addUnusable(JavaRDD<Looked> looked, Quarantine quarantine)
            throws IOException {
        Iterator<Looked> unusable =
                looked.filter(l -> !l.usable())
                        .sortBy(l -> l.image().index(), true, QUARANTINE_SLICES)
                        .toLocalIterator();
        while (unusable.hasNext()) {
            Looked one = unusable.next();
            Entry entry = one.image().entry();
            quarantine.add(entry.path(), entry.row(), one.problem());
        }
    }

    /** Brings equal images together and counts what is dropped. */
    private JavaRDD<Copies> unite(
            JavaRDD<Looked> looked, Function2<Copies, Copies, Copies> uniting) {
        JavaPairRDD<SampleKey, Copies> byKey =
                looked.filter(Looked::usable).mapToPair(l -> new Tuple2<>(l.key(), l.image()));
        JavaRDD<Copies> kept =
                byKey.reduceByKey(uniting).values().persist(StorageLevel.DISK_ONLY());
        duplicates += kept.map(Copies::duplicates).fold(0L, Long::sum);
        leaks += kept.map(Copies::leaks).fold(0L, Long::sum);
        return kept;
    }

    private LabelSpace labelSpace(ImportSteps steps, JavaRDD<Copies> kept) {
        ClassPaths paths =
                kept.treeAggregate(
                        new ClassPaths(),
                        (all, image) -> {
                            all.add(image.entry());
                            return all;
                        },
                        ClassPaths::addAll);
        Taxonomy everything = paths.taxonomy(source);
        Broadcast<Taxonomy> shared = spark.broadcast(everything);
        long[] images =
                kept.mapPartitions(slice -> steps.count(slice, shared.value()))
                        .fold(new long[everything.size()], SparkImport::sum);
        return LabelSpace.of(everything, images, options.minImages());
    }

    private static long[] sum(long[] a, long[] b) {
        long[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    /** Fills every data set before it finishes the first: all of them appear, or none. */
    private List<ImportReport.Split> write(
            JavaRDD<Copies> kept,
            LabelSpace space,
            List<Destination> destinations,
            Quarantine quarantine,
            long images)
            throws IOException {
        Broadcast<LabelSpace> shared = spark.broadcast(space);
        List<ImportReport.Split> splits = new ArrayList<>();
        List<DataSetWriter> writers = new ArrayList<>();
        try {
            for (Destination to : destinations) {
                boolean test = to.split().equals(Entry.TEST);
                JavaRDD<Copies> rows = kept.filter(image -> image.entry().heldOut() == test);
                List<ShardTask.Written> written = write(rows, shared, to.split());
                DataSetWriter writer =
                        DataSetWriter.create(
                                to.folder(),
                                to.split(),
                                space.taxonomy(),
                                options.layout(),
                                options.overwrite());
                writers.add(writer);
                for (ShardTask.Written part : written) {
                    for (ShardTask.Problem p : part.problems()) {
                        quarantine.add(p.path(), p.row(), p.reason());
                    }
                    writer.adopt(part.folder().toPath());
                }
                splits.add(
                        0, // training first in the report
                        new ImportReport.Split(
                                to.split(),
                                to.folder(),
                                written.stream().mapToLong(ShardTask.Written::rows).sum(),
                                written.stream().mapToLong(ShardTask.Written::labels).sum()));
            }
            quarantine.publish(folder, images, options.maxQuarantine(), "");
            writers.forEach(DataSetWriter::finish);
            return splits;
        } finally {
            writers.forEach(DataSetWriter::close);
        }
    }

    /** A task writes one shard, of one to two times the wanted size. */
    private List<ShardTask.Written> write(
            JavaRDD<Copies> rows, Broadcast<LabelSpace> space, String split) {
        ShardLayout wanted = options.layout();
        long bytes = rows.map(Copies::bytes).fold(0L, Long::sum);
        int tasks = (int) Math.max(1, bytes / wanted.shardBytes());
        ShardTask task =
                new ShardTask(
                        steps,
                        space,
                        scratch.toFile(),
                        split,
                        new ShardLayout(
                                2 * wanted.shardBytes(),
                                wanted.rowGroupBytes(),
                                wanted.pageBytes()));
        return rows
                .sortBy(Copies::index, true, tasks)
                .mapPartitions(slice -> List.of(task.run(slice)).iterator())
                .collect()
                .stream()
                .sorted(Comparator.comparingInt(ShardTask.Written::partition))
                .toList();
    }
}
