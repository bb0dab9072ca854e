package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jft.core.cli.ProgressLine;

/** The first two steps of a local import: what is there, and is it of use. */
final class SourceScan {
    static final String ENTRIES = "entries";
    static final String KEYS = "keys";

    private final Source source;
    private final ImportOptions options;
    private final ImportJournal journal;

    SourceScan(Source source, ImportOptions options, ImportJournal journal) {
        this.source = source;
        this.options = options;
        this.journal = journal;
    }

    /** Lists into one log what is not listed yet, part by part, on all cores. */
    void list() throws IOException {
        int listed = journal.state().listing().parts();
        int left = source.parts() - listed;
        if (left == 0) {
            return;
        }
        Listing[] listing = {journal.state().listing()};
        try (AppendFile log =
                        AppendFile.open(journal.file(ENTRIES), journal.state().listedBytes());
                ProgressLine progress =
                        ProgressLine.start("list", left, "parts", System.nanoTime())) {
            OrderedWork.run(
                    left,
                    i -> () -> list(listed + (int) i),
                    (i, part) -> {
                        Path file = partFile(listed + i.intValue());
                        log.append(file);
                        Files.delete(file);
                        listing[0] = listing[0].with(part);
                        if (journal.due() || i == left - 1) {
                            log.force();
                            journal.save(journal.state().listed(listing[0], log.bytes()));
                        }
                        progress.update(i + 1, System.nanoTime());
                    });
            progress.finish(left, System.nanoTime());
        }
    }

    private Listing list(int part) throws IOException {
        return PartList.write(source, part, options.split(), partFile(part));
    }

    private Path partFile(int part) {
        return journal.file("part-%06d".formatted(part));
    }

    /** Reads every image that was not read yet, and notes its key or what is wrong with it. */
    void scan(boolean divided) throws IOException {
        long images = journal.state().listing().images();
        long[] scanned = {journal.state().scanned().images()};
        long before = scanned[0];
        if (before == images) {
            return;
        }
        ImageCheck check = ImageCheck.of(options);
        try (EntryLog log = EntryLog.open(journal.file(ENTRIES));
                EntryLog.Cursor entries = log.from(journal.state().scanned().next());
                AppendFile keys =
                        AppendFile.open(journal.file(KEYS), journal.state().scanned().keyBytes());
                Quarantine quarantine =
                        new Quarantine(
                                journal.file(Quarantine.FILE_NAME), journal.state().quarantine());
                ProgressLine progress =
                        ProgressLine.start("scan", images - before, "images", System.nanoTime())) {
            OrderedWork.run(
                    entries::next,
                    l -> {
                        Source.ImageBytes bytes = Source.start(source, l.entry());
                        return () -> check.look(bytes);
                    },
                    (l, look) -> {
                        Entry entry = l.entry();
                        if (look.problem() != null) {
                            quarantine.add(entry.path(), entry.row(), look.problem());
                            Repeats.appendUnusable(keys, l.offset());
                        } else {
                            boolean heldOut = options.split().apply(entry, divided).heldOut();
                            Repeats.append(keys, look.key(), heldOut, l.offset());
                        }
                        if (journal.due() || scanned[0] == images - 1) {
                            keys.force();
                            journal.save(
                                    journal.state()
                                            .scanned(
                                                    new ImportJournal.Scanned(
                                                            scanned[0] + 1,
                                                            l.next(),
                                                            keys.bytes(),
                                                            quarantine.mark())));
                        }
                        progress.update(++scanned[0] - before, System.nanoTime());
                    });
            progress.finish(images - before, System.nanoTime());
        }
    }
}
