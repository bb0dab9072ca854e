package org.jft.data.ingest;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jft.data.shard.SampleKey;

/**
 * Finds images that are there more than once, on the disk. Copies within a split become one entry,
 * the first, with all labels; between splits the test image stays, so that nothing is tested on
 * that was learned by heart.
 *
 * <pre>
 *   keys:     [i64 key.high] [i64 key.low] [i64 kind : 2 | offset of the entry : 62]    as scanned
 *   repeats:  [i64 offset of an entry] [i64 -1: it is left out, else offset of its copy]   sorted
 * </pre>
 */
final class Repeats {
    /** Kinds of an entry. The one that stays sorts before its copies: test before training. */
    private static final long TEST = 0;

    private static final long TRAIN = 1;
    private static final long UNUSABLE = -1;

    private static final int KIND_SHIFT = 62;
    private static final long OFFSET_MASK = (1L << KIND_SHIFT) - 1;
    private static final long LEFT_OUT = -1;

    private final Path file;
    private long duplicates;
    private long leaks;

    private Repeats(Path file) {
        this.file = file;
    }

    /** Notes a usable image. */
    static void append(AppendFile keys, SampleKey key, boolean heldOut, long offset)
            throws IOException {
        keys.writeLong(key.high());
        keys.writeLong(key.low());
        keys.writeLong((heldOut ? TEST : TRAIN) << KIND_SHIFT | offset);
    }

    /** Notes an image that cannot be used. */
    static void appendUnusable(AppendFile keys, long offset) throws IOException {
        keys.writeLong(0);
        keys.writeLong(0);
        keys.writeLong(UNUSABLE << KIND_SHIFT | offset);
    }

    /** Sorts what was scanned; {@code file} takes the result. */
    static Repeats find(Path keys, Path file) throws IOException {
        Repeats repeats = new Repeats(file);
        try (RecordSort byKey = new RecordSort(file.resolveSibling("keys.sort"), 3);
                RecordSort byOffset = new RecordSort(file.resolveSibling("repeats.sort"), 2);
                DataInputStream in = open(keys)) {
            for (long[] record = read(in, 3); record != null; record = read(in, 3)) {
                byKey.add(record);
            }
            repeats.resolve(byKey, byOffset);
            try (AppendFile out = AppendFile.open(file, 0)) {
                byOffset.sorted(
                        record -> {
                            out.writeLong(record[0]);
                            out.writeLong(record[1]);
                        });
            }
        }
        return repeats;
    }

    private void resolve(RecordSort byKey, RecordSort byOffset) throws IOException {
        long[] stays = {0, 0, UNUSABLE << KIND_SHIFT};
        byKey.sorted(
                record -> {
                    long kind = record[2] >> KIND_SHIFT;
                    long offset = record[2] & OFFSET_MASK;
                    boolean copy =
                            record[0] == stays[0]
                                    && record[1] == stays[1]
                                    && stays[2] >> KIND_SHIFT != UNUSABLE;
                    if (kind == UNUSABLE) {
                        byOffset.add(offset, LEFT_OUT);
                    } else if (!copy) {
                        System.arraycopy(record, 0, stays, 0, record.length);
                    } else {
                        byOffset.add(offset, LEFT_OUT);
                        if (kind == stays[2] >> KIND_SHIFT) {
                            byOffset.add(stays[2] & OFFSET_MASK, offset);
                            duplicates++;
                        } else {
                            leaks++;
                        }
                    }
                });
    }

    /** Returns how many copies there are within a split. */
    long duplicates() {
        return duplicates;
    }

    /** Returns how many training images the test split has, too. */
    long leaks() {
        return leaks;
    }

    /**
     * Goes through the entries that stay, each with the labels of its copies.
     *
     * @param offset of an entry in the log to begin with
     */
    Kept from(EntryLog log, long offset) throws IOException {
        return new Kept(log, offset);
    }

    /** A pass. One thread. */
    final class Kept implements Closeable {
        private final EntryLog log;
        private final EntryLog.Cursor entries;
        private final DataInputStream repeats = open(file);
        private long[] repeat = read(repeats, 2);

        private Kept(EntryLog log, long offset) throws IOException {
            this.log = log;
            this.entries = log.from(offset);
        }

        /** Returns the next entry, or null behind the last one. */
        EntryLog.Located next() throws IOException {
            for (EntryLog.Located l = entries.next(); l != null; l = entries.next()) {
                Entry entry = l.entry();
                boolean stays = true;
                while (repeat != null && repeat[0] <= l.offset()) {
                    if (repeat[0] == l.offset() && repeat[1] == LEFT_OUT) {
                        stays = false;
                    } else if (repeat[0] == l.offset()) {
                        entry = entry.with(log.at(repeat[1]));
                    }
                    repeat = read(repeats, 2);
                }
                if (stays) {
                    return new EntryLog.Located(entry, l.offset(), l.next());
                }
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            entries.close();
            repeats.close();
        }
    }

    private static DataInputStream open(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    /** Returns null at the end. */
    private static long[] read(DataInputStream in, int width) throws IOException {
        long[] record = new long[width];
        try {
            for (int i = 0; i < width; i++) {
                record[i] = in.readLong();
            }
        } catch (EOFException end) {
            return null;
        }
        return record;
    }
}
