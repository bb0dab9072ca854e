package org.jft.data.ingest;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The entries of one part of a source, one by one: they are written to a scratch file first, for a
 * part may have more than fit into memory. Close it, and the file is gone.
 */
public final class PartList implements Iterator<Entry>, Closeable {
    private final Path scratch;
    private final Listing listing;
    private final EntryLog log;
    private final EntryLog.Cursor entries;
    private EntryLog.Located next;

    private PartList(Path scratch, Listing listing) throws IOException {
        this.scratch = scratch;
        this.listing = listing;
        this.log = EntryLog.open(scratch);
        this.entries = log.from(0);
        this.next = entries.next();
    }

    /** Lists a part. */
    public static PartList of(Source source, int part, SplitRule split, Path scratch)
            throws IOException {
        return new PartList(scratch, write(source, part, split, scratch));
    }

    /** Lists a part into a file. */
    static Listing write(Source source, int part, SplitRule split, Path file) throws IOException {
        try (AppendFile log = AppendFile.open(file, 0)) {
            Listing.Counter counter = new Listing.Counter(split);
            Listing.Rest rest =
                    source.list(
                            part,
                            entry -> {
                                counter.add(entry);
                                try {
                                    EntryLog.append(log, entry);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            return counter.listing(rest);
        }
    }

    /** Returns what is known of the part. */
    public Listing listing() {
        return listing;
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Entry next() {
        if (next == null) {
            throw new NoSuchElementException();
        }
        Entry entry = next.entry();
        try {
            next = entries.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entry;
    }

    @Override
    public void close() throws IOException {
        entries.close();
        log.close();
        Files.deleteIfExists(scratch);
    }
}
