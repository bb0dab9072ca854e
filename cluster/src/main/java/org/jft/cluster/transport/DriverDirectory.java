package org.jft.cluster.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A private folder for one media driver, {@code jft-aeron-<pid>-<random>}, that only its owner may
 * enter. Its owner holds a lock on the file {@code lock} in it for as long as it lives: the kernel
 * drops the lock with the process, so a folder whose lock can be had was left by a process that was
 * killed, and is removed by the next owner that comes or goes. (A pid would not do: it is reused,
 * and means another process in another container that shares the same memory.)
 */
final class DriverDirectory implements AutoCloseable {
    private static final String PREFIX = "jft-aeron-";
    private static final String LOCK = "lock";

    /** Of this process. Not known by the pid in their names: in containers all may have pid 1. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final FileChannel lockChannel;

    private DriverDirectory(Path root, FileChannel lockChannel) {
        this.root = root;
        this.lockChannel = lockChannel;
    }

    /**
     * Returns where Aeron keeps its files unless told otherwise: memory if there is any, or disk.
     */
    static List<Path> usualBases() {
        Path memory = Path.of("/dev/shm");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        return Files.isWritable(memory) ? List.of(memory, temporary) : List.of(temporary);
    }

    /**
     * Removes what killed processes left in the bases, then makes a folder in the first base with
     * enough room.
     *
     * @throws JftException when none has: one sentence that says what is needed
     */
    static DriverDirectory create(List<Path> bases, long bytesNeeded) {
        try {
            List<String> found = new ArrayList<>();
            for (Path base : bases) {
                removeAbandoned(base);
                long usable = Files.getFileStore(base).getUsableSpace();
                if (usable >= bytesNeeded) {
                    return createIn(base);
                }
                found.add("%s has %d MB".formatted(base, usable >> 20));
            }
            throw new JftException(
                    Category.ABORT_RUN,
                    "the workers exchange gradients through %d MB of shared memory, but %s; free some, or enlarge /dev/shm (docker run --shm-size=%dm)"
                            .formatted(
                                    (bytesNeeded >> 20) + 1,
                                    String.join(" and ", found),
                                    (bytesNeeded >> 20) + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the folder to hand to Aeron; Aeron makes and removes it. */
    Path driver() {
        return root.resolve("driver");
    }

    /** Returns the whole private folder. */
    Path root() {
        return root;
    }

    @Override
    public void close() {
        try {
            delete(root);
            lockChannel.close();
            OWN.remove(root);
            // A launcher ends after its workers, of which one may have been killed with a driver.
            removeAbandoned(root.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + root, e);
        }
    }

    private static DriverDirectory createIn(Path base) throws IOException {
        // createTempDirectory gives the owner alone access (0700), whatever the umask. The folder
        // gets its name with its lock held, or others that start now could take it for abandoned.
        Path unnamed = Files.createTempDirectory(base, "." + PREFIX);
        FileChannel channel =
                FileChannel.open(
                        unnamed.resolve(LOCK),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
        channel.lock();
        String random = unnamed.getFileName().toString().substring(PREFIX.length() + 1);
        Path root = base.resolve(PREFIX + ProcessHandle.current().pid() + "-" + random);
        OWN.add(root);
        Files.move(unnamed, root, StandardCopyOption.ATOMIC_MOVE);
        return new DriverDirectory(root, channel);
    }

    private static void removeAbandoned(Path base) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(base, PREFIX + "*")) {
            for (Path folder : folders) {
                // Opening and closing an own lock file would drop the lock (POSIX).
                if (!OWN.contains(folder)) {
                    removeIfAbandoned(folder);
                }
            }
        }
    }

    private static void removeIfAbandoned(Path folder) {
        Path lock = folder.resolve(LOCK);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !Files.isWritable(lock)) {
            return; // another user's, or its owner is just making it
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                delete(folder);
            }
        } catch (IOException | UncheckedIOException | OverlappingFileLockException ignored) {
            // Someone else's to remove, or removed by someone else meanwhile.
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> contents = Files.walk(folder)) {
            for (Path path : contents.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException ignored) {
            // Gone already: what was wanted.
        }
    }
}
