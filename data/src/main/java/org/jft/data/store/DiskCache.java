package org.jft.data.store;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jft.core.config.ByteSize;
import org.jft.core.failure.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chunks of remote files in a folder of this machine, the least recently used ones deleted first.
 * Survives restarts; processes of one machine may share the folder, and each may die at any moment:
 * a chunk gets its name once it is whole, and {@link ChunkFile} checks what is read. Once open,
 * nothing here fails a read: what cannot be kept or read back is fetched again. One instance a
 * folder and process (see {@link CacheControl}). Thread-safe.
 */
final class DiskCache {
    /** The end of a chunk's file name. */
    static final String CHUNK = ".chunk";

    private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);
    private static final Map<Path, DiskCache> OPEN = new HashMap<>();

    /** A chunk's time of modification is its last use, less at most this. */
    private static final Duration USE_PRECISION = Duration.ofMinutes(1);

    private static final long CLAIM_PATIENCE_NS = SECONDS.toNanos(60);

    private final Path folder;
    private final CacheControl control;
    private final AtomicBoolean complained = new AtomicBoolean();

    private DiskCache(Path folder) throws IOException {
        this.folder = folder;
        this.control = CacheControl.open(folder);
    }

    /**
     * Opens a folder, made if need be.
     *
     * @param size what its files may have together; null for half of what is free or used by them.
     *     The last call for a folder decides
     * @throws ConfigException when the folder cannot be written or its disk has less room
     */
    static DiskCache at(Path folder, ByteSize size) {
        try {
            Files.createDirectories(folder);
            Path real = folder.toRealPath();
            synchronized (OPEN) {
                DiskCache cache = OPEN.get(real);
                if (cache == null) {
                    cache = new DiskCache(real);
                    OPEN.put(real, cache);
                }
                cache.limit(size);
                return cache;
            }
        } catch (IOException e) {
            throw new ConfigException(
                    "data.store.cache: the folder %s cannot be used: %s".formatted(folder, e), e);
        }
    }

    private void limit(ByteSize size) throws IOException {
        long room = Files.getFileStore(folder).getUsableSpace() + control.recount();
        if (size != null && size.bytes() > room) {
            throw new ConfigException(
                    "data.store.cache_size is %s, but the disk of %s has room for %,d bytes"
                            .formatted(size, folder, room));
        }
        control.limit(size == null ? room / 2 : size.bytes());
    }

    /** Returns what its files may have together, bytes. */
    long limit() {
        return control.limit();
    }

    private Path path(String name) {
        return folder.resolve(name + CHUNK);
    }

    /** Returns whether there is such a chunk; whether it is whole shows when it is read. */
    boolean holds(String name) {
        return Files.exists(path(name));
    }

    /** Counts as a use of a chunk; returns whether there is one. */
    boolean use(String name) {
        try {
            touch(path(name));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Reads a part of a chunk.
     *
     * @param length of the whole chunk, bytes
     * @param into filled when true is returned, else undefined
     */
    boolean read(String name, int length, int offset, ByteBuffer into) {
        Path path = path(name);
        try (FileChannel file = FileChannel.open(path, READ)) {
            new ChunkFile(file, name, length).read(offset, into);
            touch(path);
            return true;
        } catch (NoSuchFileException | ClosedByInterruptException e) {
            return false; // the interrupted thread stops where it would wait
        } catch (ChunkFile.DamagedException e) {
            LOG.warn("{}: {}; it is fetched again", path, e.getMessage());
            delete(path);
            return false;
        } catch (IOException e) {
            complain(path, "cannot be read", e);
            return false;
        }
    }

    /** Reads a whole chunk; null when it is not there or damaged. */
    byte[] load(String name, int length) {
        if (!holds(name)) {
            return null; // the usual case, without memory for it
        }
        byte[] content = new byte[length];
        return read(name, length, 0, ByteBuffer.wrap(content)) ? content : null;
    }

    private static void touch(Path path) throws IOException {
        Instant now = Instant.now();
        if (Files.getLastModifiedTime(path).toInstant().isBefore(now.minus(USE_PRECISION))) {
            Files.setLastModifiedTime(path, FileTime.from(now));
        }
    }

    /** Keeps a chunk if there is room for it once others are deleted. */
    void put(String name, byte[] content) {
        Path draft =
                folder.resolve("%s.%s%s".formatted(name, UUID.randomUUID(), CacheControl.DRAFT));
        try {
            if (!control.reserve(draft, ChunkFile.fileBytes(content.length))) {
                return;
            }
            try (FileChannel file = FileChannel.open(draft, WRITE)) {
                new ChunkFile(file, name, content.length).write(content);
            }
            control.publish(draft, path(name));
        } catch (IOException e) {
            complain(draft, "cannot be written", e);
            delete(draft);
        }
    }

    /**
     * Waits while another process fetches a chunk.
     *
     * @return to be closed when the chunk is kept; null when it took too long
     */
    FileLock claim(String name) {
        try {
            return control.claim(name, CLAIM_PATIENCE_NS);
        } catch (IOException e) {
            complain(folder, "cannot be locked", e);
            return null;
        }
    }

    /** Deletes a chunk. */
    void forget(String name) {
        delete(path(name));
    }

    private void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            complain(path, "cannot be deleted", e);
        }
    }

    /** Once: a million reads would say the same. */
    private void complain(Path path, String problem, IOException e) {
        if (complained.compareAndSet(false, true)) {
            LOG.warn(
                    "{}: {}: {}; reading goes on, but what the cache does not keep is fetched again",
                    path,
                    problem,
                    e.toString());
        }
    }
}
