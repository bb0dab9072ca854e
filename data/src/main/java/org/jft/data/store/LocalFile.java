package org.jft.data.store;

import static com.google.common.base.Preconditions.checkState;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One positional read a call. At most once a second a read also asks the file system whether the
 * name still stands for the same file: same inode, size and time of modification.
 */
final class LocalFile implements StoredFile {
    private static final long CHECK_INTERVAL_NS = SECONDS.toNanos(1);

    private final Path path;
    private final OpenChannels channels;
    private final BasicFileAttributes opened;
    private final LongSupplier nanoTime;
    private final AtomicLong nextCheckNs;

    private volatile boolean closed;

    private LocalFile(
            Path path, OpenChannels channels, BasicFileAttributes opened, LongSupplier nanoTime) {
        this.path = path;
        this.channels = channels;
        this.opened = opened;
        this.nanoTime = nanoTime;
        this.nextCheckNs = new AtomicLong(nanoTime.getAsLong() + CHECK_INTERVAL_NS);
    }

    /** Looks at the file; it is not opened before it is read. */
    static LocalFile open(
            Path path, long expectedBytes, OpenChannels channels, LongSupplier nanoTime) {
        BasicFileAttributes found;
        try {
            found = attributes(path);
        } catch (NoSuchFileException e) {
            throw Problems.missingThoughListed(path.toString(), e);
        } catch (IOException e) {
            throw cannotBeRead(path, e);
        }
        Problems.checkSize(path.toString(), found.size(), expectedBytes);
        return new LocalFile(path, channels, found, nanoTime);
    }

    @Override
    public String location() {
        return path.toString();
    }

    @Override
    public long length() {
        return opened.size();
    }

    @Override
    public void read(long position, ByteBuffer into) {
        int start = into.position();
        boolean done = false;
        while (!done) {
            checkState(!closed, "%s is closed", path);
            try {
                fill(channels.of(path), position, into.position(start));
                done = true;
            } catch (ClosedByInterruptException e) {
                throw new StoreException(path.toString(), "interrupted while it was read", e);
            } catch (ClosedChannelException e) {
                checkSame(); // it had to make room for another, and is opened again
            } catch (NoSuchFileException e) {
                throw Problems.vanished(location(), e);
            } catch (IOException e) {
                throw cannotBeRead(path, e);
            }
        }
        checkSameNowAndThen();
    }

    private void fill(FileChannel channel, long position, ByteBuffer into) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                checkSame();
                throw Problems.truncated(location(), at, opened.size());
            }
            at += count;
        }
    }

    private void checkSameNowAndThen() {
        long due = nextCheckNs.get();
        long now = nanoTime.getAsLong();
        if (now - due >= 0 && nextCheckNs.compareAndSet(due, now + CHECK_INTERVAL_NS)) {
            try {
                checkSame();
            } catch (RuntimeException e) {
                nextCheckNs.set(now); // every later read fails as well
                throw e;
            }
        }
    }

    private void checkSame() {
        BasicFileAttributes found;
        try {
            found = attributes(path);
        } catch (NoSuchFileException e) {
            throw Problems.vanished(location(), e);
        } catch (IOException e) {
            throw cannotBeRead(path, e);
        }
        if (found.size() < opened.size()) {
            throw Problems.truncated(location(), found.size(), opened.size());
        }
        boolean same =
                found.fileKey().equals(opened.fileKey())
                        && found.size() == opened.size()
                        && found.lastModifiedTime().equals(opened.lastModifiedTime());
        if (!same) {
            throw Problems.changed(
                    location(), "it was written again at " + found.lastModifiedTime(), null);
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    private static StoreException cannotBeRead(Path path, IOException e) {
        return new StoreException(path.toString(), "cannot be read: %s".formatted(e), e);
    }

    @Override
    public void prefetch(long position, long bytes) {
        // the operating system reads ahead by itself
    }

    @Override
    public void forget(long position, long bytes) {
        // nothing is kept
    }

    @Override
    public void close() {
        closed = true;
        channels.close(path);
    }
}
