package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.cli.ProgressLine;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Sample;
import org.jft.data.shard.SampleKey;
import org.jft.data.taxonomy.Labels;

/**
 * Turns a source into one data set, or into {@code train} and {@code test} below the given folder,
 * which then share one taxonomy. Reads every image twice: once to check it and to count classes,
 * once to write it. No image is lost in silence, see {@link ImportReport}.
 */
public final class Importer {
    private final Source source;
    private final ImportOptions options;
    private final Quarantine quarantine = new Quarantine();
    private final Map<SampleKey, String> written = new HashMap<>();
    private long duplicates;
    private long leaks;

    public Importer(Source source, ImportOptions options) {
        this.source = source;
        this.options = options;
    }

    /** Imports everything. Call once. */
    public ImportReport run(Path folder) {
        List<Entry> entries = options.split().apply(source.entries());
        if (entries.isEmpty()) {
            throw new ConfigException("there is no image in the source");
        }
        boolean divided = entries.stream().anyMatch(e -> e.split() != null);
        List<Path> folders =
                divided
                        ? List.of(folder.resolve(Entry.TEST), folder.resolve(Entry.TRAIN))
                        : List.of(folder);
        folders.forEach(f -> DataSetWriter.refuseExisting(f, options.overwrite()));

        Scan scan = new Scan(source, options.maxMegapixels(), quarantine);
        scan.run(entries);
        duplicates = scan.duplicates();
        leaks = scan.leaks();
        checkQuarantine(folder, entries.size());
        Collection<Entry> kept = scan.kept();
        List<Entry> learned = kept.stream().filter(e -> !Entry.TEST.equals(e.split())).toList();
        LabelSpace space = LabelSpace.of(kept, learned, options.minImages(), source.firstClasses());

        List<Entry> heldOut = kept.stream().filter(e -> Entry.TEST.equals(e.split())).toList();

        // test first: where shrinking makes two images equal, the test image is the one that stays
        List<Target> targets =
                divided
                        ? List.of(
                                new Target(Entry.TEST, folders.get(0), heldOut),
                                new Target(Entry.TRAIN, folders.get(1), learned))
                        : List.of(new Target(Entry.TRAIN, folder, learned));
        List<ImportReport.Split> splits = write(folder, entries.size(), targets, space);
        return new ImportReport(
                entries.size(),
                splits,
                space.taxonomy().size(),
                space.droppedClasses(),
                duplicates,
                leaks,
                quarantine.size());
    }

    private record Target(String split, Path folder, List<Entry> rows) {}

    /** Fills every data set before it finishes the first: all of them appear, or none. */
    private List<ImportReport.Split> write(
            Path folder, long listed, List<Target> targets, LabelSpace space) {
        List<DataSetWriter> writers = new ArrayList<>();
        try {
            List<ImportReport.Split> splits = new ArrayList<>();
            for (Target target : targets) {
                DataSetWriter writer =
                        DataSetWriter.create(
                                target.folder(),
                                target.split(),
                                space.taxonomy(),
                                options.layout(),
                                options.overwrite());
                writers.add(writer);
                splits.add(0, fill(writer, target, space)); // training first in the report
            }
            checkQuarantine(folder, listed);
            writers.forEach(DataSetWriter::finish);
            return splits;
        } finally {
            writers.forEach(DataSetWriter::close);
        }
    }

    private void checkQuarantine(Path folder, long listed) {
        quarantine.save(folder);
        if (quarantine.size() > options.maxQuarantine() * listed) {
            throw new JftException(
                    Category.ABORT_RUN,
                    ("%,d of %,d images cannot be used, more than --max-quarantine %s; the first:"
                                    + " %s; all are listed in %s")
                            .formatted(
                                    quarantine.size(),
                                    listed,
                                    options.maxQuarantine(),
                                    quarantine.first(),
                                    folder.resolve(Quarantine.FILE_NAME)));
        }
    }

    private record Prepared(byte[] image, ImageHeader header, String problem) {}

    private ImportReport.Split fill(DataSetWriter writer, Target target, LabelSpace space) {
        List<Entry> rows = target.rows();
        long[] counts = new long[2]; // rows, labels
        try (ProgressLine progress =
                ProgressLine.start(
                        "write " + target.split(), rows.size(), "images", System.nanoTime())) {
            OrderedWork.run(
                    rows.size(),
                    i -> {
                        Source.ImageBytes bytes = source.read(rows.get((int) i));
                        return () -> prepare(bytes);
                    },
                    (i, prepared) -> {
                        add(rows.get((int) i), prepared, space, writer, counts);
                        progress.update(i + 1, System.nanoTime());
                    });
            progress.finish(rows.size(), System.nanoTime());
        }
        return new ImportReport.Split(target.split(), target.folder(), counts[0], counts[1]);
    }

    private Prepared prepare(Source.ImageBytes bytes) {
        try {
            byte[] image = bytes.get();
            ImageHeader header = Scan.checkHeader(image, options.maxMegapixels() * 1e6);
            image = ImageCodec.shrink(image, header, options.shrink());
            header = ImageHeader.of(image);
            return new Prepared(image, header, null);
        } catch (UnusableImageException e) {
            return new Prepared(null, null, e.getMessage());
        } catch (IOException e) {
            return new Prepared(null, null, Scan.reason(e));
        }
    }

    private void add(
            Entry entry, Prepared row, LabelSpace space, DataSetWriter writer, long[] counts) {
        if (row.problem() != null) {
            quarantine.add(entry, row.problem());
            return;
        }
        String before = written.putIfAbsent(SampleKey.of(row.image()), side(entry));
        if (before != null) {
            duplicates += before.equals(side(entry)) ? 1 : 0;
            leaks += before.equals(side(entry)) ? 0 : 1;
            return;
        }
        Labels labels = space.labels(entry);
        writer.add(
                new Sample(
                        row.image(),
                        entry.path(),
                        row.header().width(),
                        row.header().height(),
                        labels,
                        space.cleanLabels(entry)));
        counts[0]++;
        counts[1] += labels.size();
    }

    private static String side(Entry entry) {
        return Entry.TEST.equals(entry.split()) ? Entry.TEST : Entry.TRAIN;
    }
}
