package org.jft.data.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * What the processes that share a cache folder agree on: how many bytes it holds, and who fetches
 * which chunk. Kept in the file {@code control} and in locks on it, which the operating system
 * takes back from a process that dies.
 *
 * <pre>
 *   byte 0       i64 bytes in the folder, never too few: raised before a file is made
 *   byte 0..7    locked while the folder's bytes are counted or changed
 *   byte 4096+h  locked while the chunk whose name has the CRC32C h is fetched
 * </pre>
 *
 * Locks belong to processes, and the JDK gives them up when any channel of the file is closed: one
 * instance a folder and process, never closed. Thread-safe; its threads must not be interrupted,
 * which would close the channel.
 */
final class CacheControl {
    /** The end of a file's name while it is written. */
    static final String DRAFT = ".draft";

    private static final String FILE = "control";
    private static final long CLAIMS = 4096;
    private static final long CLAIM_POLL_NS = MILLISECONDS.toNanos(10);

    /** Writing one takes seconds: an older one lost its writer. */
    private static final Duration DRAFT_AGE = Duration.ofMinutes(10);

    private final Path folder;
    private final FileChannel channel;
    private volatile long limit = Long.MAX_VALUE; // bytes

    private CacheControl(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    static CacheControl open(Path folder) throws IOException {
        return new CacheControl(
                folder, FileChannel.open(folder.resolve(FILE), CREATE, READ, WRITE));
    }

    /** Sets how many bytes all files may have. */
    void limit(long bytes) {
        limit = bytes;
    }

    long limit() {
        return limit;
    }

    /** Counts what the folder holds, bytes. */
    synchronized long recount() throws IOException {
        try (FileLock lock = channel.lock(0, Long.BYTES, false)) {
            return setUsed(evict(Long.MAX_VALUE));
        }
    }

    /**
     * Makes a draft of its final size, after deleting the least recently used chunks if need be.
     *
     * @return false when there is no room even so
     */
    synchronized boolean reserve(Path draft, long bytes) throws IOException {
        try (FileLock lock = channel.lock(0, Long.BYTES, false)) {
            long used = used();
            if (used > limit - bytes) {
                // some more, so that not every chunk has to look through the folder
                used = setUsed(evict(Math.min(limit - bytes, limit - limit / 20)));
            }
            if (used > limit - bytes) {
                return false;
            }
            setUsed(used + bytes);
            try (FileChannel file = FileChannel.open(draft, CREATE_NEW, WRITE)) {
                file.write(ByteBuffer.allocate(1), bytes - 1);
            }
            return true;
        }
    }

    /** Gives a finished draft its name; counting does not miss it between the two. */
    synchronized void publish(Path draft, Path chunk) throws IOException {
        try (FileLock lock = channel.lock(0, Long.BYTES, false)) {
            Files.move(draft, chunk, ATOMIC_MOVE);
        }
    }

    private long used() throws IOException {
        ByteBuffer used = ByteBuffer.allocate(Long.BYTES);
        return channel.read(used, 0) == Long.BYTES ? used.getLong(0) : Long.MAX_VALUE;
    }

    private long setUsed(long bytes) throws IOException {
        channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, bytes), 0);
        return bytes;
    }

    /** A file of the folder. */
    private record Kept(Path path, long bytes, Instant used) {
        boolean isDraft() {
            return path.toString().endsWith(DRAFT);
        }
    }

    /** Deletes lost drafts, and chunks until the rest has at most so many bytes; returns these. */
    private long evict(long bytes) throws IOException {
        List<Kept> files = list();
        long left = files.stream().mapToLong(Kept::bytes).sum();
        Instant lost = Instant.now().minus(DRAFT_AGE);
        for (Kept file : files) {
            boolean delete = file.isDraft() ? file.used.isBefore(lost) : left > bytes;
            if (delete && Files.deleteIfExists(file.path)) {
                left -= file.bytes;
            }
        }
        return left;
    }

    /** Lists chunks and drafts, the least recently used first. */
    private List<Kept> list() throws IOException {
        List<Kept> files = new ArrayList<>();
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(folder, "*{%s,%s}".formatted(DiskCache.CHUNK, DRAFT))) {
            for (Path path : all) {
                try {
                    BasicFileAttributes found =
                            Files.readAttributes(path, BasicFileAttributes.class);
                    files.add(new Kept(path, found.size(), found.lastModifiedTime().toInstant()));
                } catch (NoSuchFileException e) {
                    continue; // a damaged one, deleted by its reader
                }
            }
        }
        files.sort(Comparator.comparing(Kept::used));
        return files;
    }

    /**
     * Waits until no other process, nor another user of this one, fetches the chunk.
     *
     * @return to be closed when it is in the folder; null when the patience is over
     */
    FileLock claim(String chunk, long patienceNs) throws IOException {
        CRC32C hash = new CRC32C();
        hash.update(chunk.getBytes(StandardCharsets.UTF_8));
        long deadlineNs = System.nanoTime() + patienceNs;
        while (true) {
            try {
                FileLock lock = channel.tryLock(CLAIMS + hash.getValue(), 1, false);
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // held by another data set of this process
            }
            if (System.nanoTime() - deadlineNs > 0) {
                return null;
            }
            LockSupport.parkNanos(CLAIM_POLL_NS);
        }
    }
}
