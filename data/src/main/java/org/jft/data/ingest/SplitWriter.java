package org.jft.data.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.cli.ProgressLine;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Manifest;
import org.jft.data.shard.Sample;

/** The last step of a local import: reads the images that stay again and writes the data sets. */
final class SplitWriter {
    private static final int TARGET_SHIFT = 61; // of a place in the order of writing

    private final Source source;
    private final ImportOptions options;
    private final ImportJournal journal;
    private final LabelSpace space;
    private final Quarantine quarantine;
    private final List<Destination> targets;

    SplitWriter(
            Source source,
            ImportOptions options,
            ImportJournal journal,
            LabelSpace space,
            Quarantine quarantine,
            List<Destination> targets) {
        this.source = source;
        this.options = options;
        this.journal = journal;
        this.space = space;
        this.quarantine = quarantine;
        this.targets = targets;
    }

    /**
     * Fills every data set before it finishes the first: all of them appear, or none.
     *
     * @param rows at most in each of them
     */
    void write(Repeats repeats, EntryLog log, long[] rows) throws IOException {
        if (journal.state().written().isEmpty()) {
            journal.save(journal.state().withTargets(targets.size()));
        }
        KeyTable keys =
                options.shrink().maxPixels() == 0
                        ? null // then equal images were found before
                        : KeyTable.open(
                                journal.file("written"), journal.state().listing().images());
        List<DataSetWriter> writers = new ArrayList<>();
        try {
            for (int i = 0; i < targets.size(); i++) {
                ImportJournal.Written before = journal.state().written().get(i);
                try (ShardLog shards = shardLog(journal, i, targets.get(i));
                        Repeats.Kept kept = repeats.from(log, before.next())) {
                    writers.add(open(targets.get(i), shards.before()));
                    if (!before.whole()) {
                        new Filling(i, writers.get(i), shards, keys).run(kept, rows[i]);
                    }
                }
            }
            quarantine.publish(
                    journal.out(),
                    journal.state().listing().images(),
                    options.maxQuarantine(),
                    Importer.adviceOf(journal));
            journal.save(journal.state().nowFinishing());
            writers.forEach(DataSetWriter::finish);
        } finally {
            writers.forEach(DataSetWriter::suspend);
        }
    }

    /** Opens the log of a data set's shards as the journal knows it. */
    static ShardLog shardLog(ImportJournal journal, int target, Destination to) throws IOException {
        return new ShardLog(
                journal.file("shards-" + to.split()),
                journal.state().written().get(target).shardBytes());
    }

    private DataSetWriter open(Destination to, List<Manifest.Shard> shards) {
        return DataSetWriter.resume(
                to.folder(), to.split(), space.taxonomy(), options.layout(), shards);
    }

    /** The rows of one data set. */
    private final class Filling {
        private final int target;
        private final DataSetWriter writer;
        private final ShardLog shards;
        private final KeyTable keys;
        private long rows;
        private long labels;
        private long duplicates;
        private long leaks;

        Filling(int target, DataSetWriter writer, ShardLog shards, KeyTable keys) {
            ImportJournal.Written before = journal.state().written().get(target);
            this.target = target;
            this.writer = writer;
            this.shards = shards;
            this.keys = keys;
            this.rows = before.rows();
            this.labels = before.labels();
            this.duplicates = before.duplicates();
            this.leaks = before.leaks();
        }

        void run(Repeats.Kept kept, long all) throws IOException {
            String split = targets.get(target).split();
            ImageCheck check = ImageCheck.of(options);
            long left = all - rows - duplicates - leaks;
            long[] done = {0};
            try (ProgressLine progress =
                    ProgressLine.start("write " + split, left, "images", System.nanoTime())) {
                OrderedWork.run(
                        () -> next(kept, split),
                        l -> {
                            Source.ImageBytes bytes = source.read(l.entry());
                            return () -> check.prepare(bytes);
                        },
                        (l, image) -> {
                            take(l, image);
                            progress.update(++done[0], System.nanoTime());
                        });
                progress.finish(done[0], System.nanoTime());
            }
            writer.seal();
            checkpoint(journal.state().listedBytes(), true);
        }

        private EntryLog.Located next(Repeats.Kept kept, String split) throws IOException {
            boolean divided = targets.size() > 1;
            for (EntryLog.Located l = kept.next(); l != null; l = kept.next()) {
                Entry entry = options.split().apply(l.entry(), divided);
                if (entry.heldOut() == split.equals(Entry.TEST)) {
                    return l;
                }
            }
            return null;
        }

        private void take(EntryLog.Located l, ImageCheck.Checked image) throws IOException {
            Entry entry = l.entry();
            if (image.problem() != null) {
                quarantine.add(entry.path(), entry.row(), image.problem());
                return;
            }
            if (keys != null) {
                long same =
                        keys.putIfAbsent(image.key(), (long) target << TARGET_SHIFT | l.offset());
                if (same >= 0) {
                    boolean here = same >> TARGET_SHIFT == target;
                    duplicates += here ? 1 : 0;
                    leaks += here ? 0 : 1;
                    return;
                }
            }
            Sample row = space.sample(entry, image);
            rows++;
            labels += row.labels().size();
            int before = writer.shards().size();
            writer.add(row);
            if (writer.shards().size() > before) {
                checkpoint(l.next(), false);
            }
        }

        private void checkpoint(long next, boolean whole) throws IOException {
            if (keys != null) {
                keys.force();
            }
            long shardBytes = shards.update(writer.shards());
            journal.save(
                    journal.state()
                            .written(
                                    target,
                                    new ImportJournal.Written(
                                            writer.shards().size(),
                                            shardBytes,
                                            next,
                                            rows,
                                            labels,
                                            duplicates,
                                            leaks,
                                            whole),
                                    quarantine.mark()));
        }
    }
}
