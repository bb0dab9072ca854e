package org.jft.data.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jft.core.failure.ConfigException;
import org.jft.core.file.WholeFile;

/**
 * How far an import is: {@code OUT/.import/journal.json}, beside the working files it speaks of.
 * They are cut back to it when the import goes on, so that nothing is taken twice. Replaced as a
 * whole, and only after what it speaks of has reached the disk.
 */
final class ImportJournal implements Closeable {
    private static final String FILE_NAME = "journal.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Changes when working files of an earlier version can no longer be taken up. */
    private static final int VERSION = 3;

    private final Path folder;
    private final long everyNs;
    private final ImportLock lock;
    private final boolean resumed;
    private State state;
    private long savedNs = System.nanoTime();

    /**
     * The journal.
     *
     * @param identity of source and options: with others the import starts over
     * @param listing of the parts that are in the log of entries
     * @param listedBytes of this log
     * @param written for each data set, in order of writing; empty before
     * @param finishing all rows are written, the data sets move to their places
     */
    record State(
            String identity,
            Listing listing,
            long listedBytes,
            Scanned scanned,
            Quarantine.Mark quarantine,
            List<Written> written,
            boolean finishing) {
        State listed(Listing next, long bytes) {
            return new State(identity, next, bytes, scanned, quarantine, written, finishing);
        }

        State scanned(Scanned next) {
            return new State(
                    identity, listing, listedBytes, next, next.quarantine, written, finishing);
        }

        State written(int target, Written next, Quarantine.Mark mark) {
            List<Written> all = new ArrayList<>(written);
            all.set(target, next);
            return new State(identity, listing, listedBytes, scanned, mark, all, finishing);
        }

        State nowFinishing() {
            return new State(identity, listing, listedBytes, scanned, quarantine, written, true);
        }

        /** Begins to write, or begins anew: as after the first look at every image. */
        State withTargets(int count) {
            List<Written> all = Collections.nCopies(count, Written.NOTHING);
            return new State(
                    identity, listing, listedBytes, scanned, scanned.quarantine, all, false);
        }
    }

    /**
     * The first look at every image.
     *
     * @param next offset of the first entry that was not looked at
     * @param keyBytes of the file of keys
     * @param quarantine what was of no use, then
     */
    record Scanned(long images, long next, long keyBytes, Quarantine.Mark quarantine) {}

    /**
     * A data set on its way.
     *
     * @param shards that are finished
     * @param shardBytes of the {@link ShardLog} that lists them
     * @param next offset of the first entry that is not in the finished shards
     * @param whole whether there is no further row
     */
    record Written(
            int shards,
            long shardBytes,
            long next,
            long rows,
            long labels,
            long duplicates,
            long leaks,
            boolean whole) {
        static final Written NOTHING = new Written(0, 0, 0, 0, 0, 0, 0, false);
    }

    private ImportJournal(ImportLock lock, Duration every, State state, boolean resumed) {
        this.folder = lock.folder();
        this.everyNs = every.toNanos();
        this.lock = lock;
        this.state = state;
        this.resumed = resumed;
    }

    /**
     * Opens the journal of an import.
     *
     * @param every how often {@link #due} says so
     * @throws ConfigException when another process is importing into the folder
     */
    static ImportJournal open(Path out, String identity, Duration every) throws IOException {
        ImportLock lock = ImportLock.take(out);
        try {
            State state = read(lock.folder().resolve(FILE_NAME));
            boolean same = state != null && state.identity.equals(identity);
            ImportJournal journal = new ImportJournal(lock, every, state, same);
            if (!same) {
                journal.startOver(identity);
            }
            return journal;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static State read(Path file) throws IOException {
        try {
            return Files.exists(file)
                    ? JSON.readValue(Files.readAllBytes(file), State.class)
                    : null;
        } catch (JsonProcessingException e) {
            return null; // of another version
        }
    }

    private void startOver(String identity) throws IOException {
        clear();
        state =
                new State(
                        identity,
                        Listing.NOTHING,
                        0,
                        new Scanned(0, 0, 0, Quarantine.Mark.START),
                        Quarantine.Mark.START,
                        List.of(),
                        false);
    }

    /** Returns one hash of a source and of the options that decide what comes out. */
    static String identity(Source source, ImportOptions options) {
        Hasher hasher = Hashing.sha256().newHasher().putInt(VERSION);
        hasher.putString(options.identity(), UTF_8);
        source.identify(line -> hasher.putString(line, UTF_8).putChar('\n'));
        return hasher.hash().toString();
    }

    /** Says whether an import with this or other options was interrupted in a folder. */
    static boolean isIn(Path out) {
        return Files.exists(out.resolve(ImportLock.FOLDER).resolve(FILE_NAME));
    }

    /** Says whether this goes on with an import that was interrupted. */
    boolean resumed() {
        return resumed;
    }

    State state() {
        return state;
    }

    /** Returns the folder that is imported into. */
    Path out() {
        return folder.getParent();
    }

    /** Returns a working file. */
    Path file(String name) {
        return folder.resolve(name);
    }

    /** Says whether it is time to save. */
    boolean due() {
        return System.nanoTime() - savedNs >= everyNs;
    }

    /** Saves; what the state speaks of is on the disk already. */
    void save(State next) throws IOException {
        WholeFile.write(folder.resolve(FILE_NAME), JSON.writeValueAsString(next) + "\n");
        state = next;
        savedNs = System.nanoTime();
    }

    /** The journal first: without it, what is left counts for nothing. */
    private void clear() throws IOException {
        Files.deleteIfExists(folder.resolve(FILE_NAME));
        lock.clear();
    }

    /** Ends the import: nothing is left to go on with. */
    void finish() throws IOException {
        clear();
        lock.remove();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
