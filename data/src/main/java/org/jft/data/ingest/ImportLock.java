package org.jft.data.ingest;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;

/**
 * One import at a time writes into a folder, on whatever engine: a lock on {@code
 * OUT/.import/lock}, beside the working files. The operating system lets go of it when the process
 * ends.
 */
public final class ImportLock implements Closeable {
    static final String FOLDER = ".import";
    private static final String FILE_NAME = "lock";

    private final Path folder;
    private final FileChannel file;

    private ImportLock(Path folder, FileChannel file) {
        this.folder = folder;
        this.file = file;
    }

    /**
     * Takes the lock.
     *
     * @param out folder that is imported into; created when it is missing
     * @throws ConfigException when another import has it
     */
    public static ImportLock take(Path out) throws IOException {
        Path folder = out.resolve(FOLDER);
        Files.createDirectories(folder);
        FileChannel file =
                FileChannel.open(
                        folder.resolve(FILE_NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (!locked(file)) {
            file.close();
            throw new ConfigException("%s: another import writes here now".formatted(out));
        }
        return new ImportLock(folder, file);
    }

    private static boolean locked(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // by another thread of this process
        }
    }

    /**
     * Throws when an import of the local engine was interrupted here, for an engine that does not
     * go on with it.
     */
    public void refuseInterrupted() {
        if (ImportJournal.isIn(folder.getParent())) {
            throw new ConfigException(
                    ("%s: an import with --engine local was interrupted here; go on with it, or"
                                    + " remove %s to start over")
                            .formatted(folder.getParent(), folder));
        }
    }

    /** Returns the folder of working files. */
    public Path folder() {
        return folder;
    }

    /** Removes all working files, also those of another engine. */
    public void clear() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.toList()) {
                if (!each.endsWith(FILE_NAME)) {
                    MoreFiles.deleteRecursively(each, RecursiveDeleteOption.ALLOW_INSECURE);
                }
            }
        }
    }

    /** Removes all working files and the lock: nothing is left to go on with. */
    public void remove() throws IOException {
        clear();
        Files.delete(folder.resolve(FILE_NAME));
        Files.delete(folder);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
