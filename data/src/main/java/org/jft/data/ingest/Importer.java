package org.jft.data.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Turns a source into one data set, or into {@code train} and {@code test} below the given folder,
 * which then share one taxonomy, on all cores of this machine. No image is lost in silence, see
 * {@link ImportReport}.
 *
 * <pre>
 *   list      what is there        entries              {@link EntryLog}
 *   scan      read every image     keys, quarantine     {@link ImageCheck}
 *   resolve   sort the keys        repeats              {@link Repeats}
 *   count     go through entries   classes              {@link ClassPaths}, {@link LabelSpace}
 *   write     read again, shrink   shards               {@link SplitWriter}
 * </pre>
 *
 * What grows with the number of images is on the disk, in {@code OUT/.import}; the heap holds some
 * images a thread and one row group. An import that was interrupted goes on where it was, and what
 * comes out is the same to the byte; see {@link ImportJournal}.
 */
public final class Importer implements ImportEngine {
    private static final Duration CHECKPOINT = Duration.ofSeconds(2);

    private final Duration checkpoint;

    public Importer() {
        this(CHECKPOINT);
    }

    /** The same with another interval between checkpoints while images are scanned. */
    Importer(Duration checkpoint) {
        this.checkpoint = checkpoint;
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public ImportReport run(
            Source source, ImportOptions options, Path folder, Consumer<String> told) {
        try {
            boolean interrupted = ImportJournal.isIn(folder);
            String identity = ImportJournal.identity(source, options);
            try (ImportJournal journal = ImportJournal.open(folder, identity, checkpoint)) {
                if (interrupted) {
                    told.accept(resumed(folder, journal.state()));
                }
                ImportReport report = new Job(source, options, folder, journal, told).run();
                journal.finish();
                return report;
            }
        } catch (IOException e) {
            throw cannotBeWritten(folder, e);
        } catch (UncheckedIOException e) {
            throw cannotBeWritten(folder, e.getCause());
        }
    }

    private static JftException cannotBeWritten(Path folder, IOException e) {
        return new JftException(
                Category.ABORT_RUN, "%s: cannot be written: %s".formatted(folder, e), e);
    }

    /** What to do when too many images cannot be used. */
    static String adviceOf(ImportJournal journal) {
        return "; raise it to go on, or remove %s to read them again".formatted(journal.file(""));
    }

    private static String resumed(Path folder, ImportJournal.State state) {
        if (state.listing().parts() == 0) {
            return "%s: an import of another source, or with other options, was interrupted here; this one starts over"
                    .formatted(folder);
        }
        long shards = state.written().stream().mapToLong(ImportJournal.Written::shards).sum();
        long rows = state.written().stream().mapToLong(ImportJournal.Written::rows).sum();
        return ("%s: goes on with an import that was interrupted: %,d images listed, %,d scanned, %,d"
                        + " written in %,d finished shards")
                .formatted(
                        folder, state.listing().images(), state.scanned().images(), rows, shards);
    }

    /** One import. */
    private static final class Job {
        private final Source source;
        private final ImportOptions options;
        private final Path folder;
        private final ImportJournal journal;
        private final Consumer<String> told;

        Job(
                Source source,
                ImportOptions options,
                Path folder,
                ImportJournal journal,
                Consumer<String> told) {
            this.source = source;
            this.options = options;
            this.folder = folder;
            this.journal = journal;
            this.told = told;
        }

        ImportReport run() throws IOException {
            SourceScan scan = new SourceScan(source, options, journal);
            scan.list();
            Listing listing = journal.state().listing();
            listing.remarks(source).forEach(told);
            List<Destination> targets = destinations(listing);
            boolean divided = targets.size() > 1;
            scan.scan(divided);
            requireFinishedShards(targets);
            try (Quarantine quarantine =
                    new Quarantine(
                            journal.file(Quarantine.FILE_NAME), journal.state().quarantine())) {
                quarantine.publish(
                        folder, listing.images(), options.maxQuarantine(), adviceOf(journal));
                Repeats repeats =
                        Repeats.find(journal.file(SourceScan.KEYS), journal.file("repeats"));
                try (EntryLog log = EntryLog.open(journal.file(SourceScan.ENTRIES))) {
                    long[] rows = new long[targets.size()];
                    LabelSpace space = labelSpace(log, repeats, divided, rows);
                    new SplitWriter(source, options, journal, space, quarantine, targets)
                            .write(repeats, log, rows);
                    return report(targets, space, repeats, quarantine);
                }
            }
        }

        /** Returns where the import goes, or removes what this call has begun. */
        private List<Destination> destinations(Listing listing) throws IOException {
            try {
                List<Destination> targets = options.split().destinations(listing, folder);
                if (!journal.state().finishing()) {
                    targets.forEach(
                            t -> DataSetWriter.refuseExisting(t.folder(), options.overwrite()));
                }
                return targets;
            } catch (ConfigException e) {
                if (!journal.resumed()) { // else a forgotten flag would cost all that was done
                    journal.finish();
                }
                throw e;
            }
        }

        /** Begins to write anew when a finished shard is no longer as it was. */
        private void requireFinishedShards(List<Destination> targets) throws IOException {
            List<ImportJournal.Written> written = journal.state().written();
            for (int i = 0; i < written.size(); i++) {
                Destination target = targets.get(i);
                try (ShardLog shards = SplitWriter.shardLog(journal, i, target)) {
                    DataSetWriter.requireKept(target.folder(), shards.before());
                } catch (DataSetWriter.LostShardException e) {
                    told.accept(e.getMessage() + ": all shards are written anew");
                    journal.save(journal.state().withTargets(targets.size()));
                    return;
                }
            }
        }

        /**
         * Goes through the entries twice.
         *
         * @param rows takes how many rows each data set has, if all of them can be written
         */
        private LabelSpace labelSpace(EntryLog log, Repeats repeats, boolean divided, long[] rows)
                throws IOException {
            ClassPaths paths = new ClassPaths();
            try (Repeats.Kept kept = repeats.from(log, 0)) {
                for (EntryLog.Located l = kept.next(); l != null; l = kept.next()) {
                    paths.add(l.entry());
                }
            }
            Taxonomy everything = paths.taxonomy(source);
            ClassPaths.Counter counter = new ClassPaths.Counter(everything);
            try (Repeats.Kept kept = repeats.from(log, 0)) {
                for (EntryLog.Located l = kept.next(); l != null; l = kept.next()) {
                    boolean heldOut = options.split().apply(l.entry(), divided).heldOut();
                    rows[heldOut ? 0 : rows.length - 1]++;
                    if (!heldOut) {
                        counter.add(l.entry());
                    }
                }
            }
            return LabelSpace.of(everything, counter.images(), options.minImages());
        }

        private ImportReport report(
                List<Destination> targets,
                LabelSpace space,
                Repeats repeats,
                Quarantine quarantine) {
            List<ImportReport.Split> splits = new ArrayList<>();
            long duplicates = repeats.duplicates();
            long leaks = repeats.leaks();
            for (int i = 0; i < targets.size(); i++) {
                Destination target = targets.get(i);
                ImportJournal.Written written = journal.state().written().get(i);
                splits.add(
                        0, // training first in the report
                        new ImportReport.Split(
                                target.split(), target.folder(), written.rows(), written.labels()));
                duplicates += written.duplicates();
                leaks += written.leaks();
            }
            return new ImportReport(
                    journal.state().listing().images(),
                    splits,
                    space.taxonomy().size(),
                    space.droppedClasses(),
                    duplicates,
                    leaks,
                    quarantine.images());
        }
    }
}
