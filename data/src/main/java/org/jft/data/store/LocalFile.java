package org.jft.data.store;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jft.core.failure.CorruptDataException;

/**
 * One positional read a call. At most once a second a read also asks the file system whether the
 * name still stands for the same file: same inode, size and time of modification.
 */
final class LocalFile implements StoredFile {
    private static final long CHECK_INTERVAL_NS = SECONDS.toNanos(1);

    private final Path path;
    private final FileChannel channel;
    private final BasicFileAttributes opened;
    private final LongSupplier nanoTime;
    private final AtomicLong nextCheckNs;

    private LocalFile(
            Path path, FileChannel channel, BasicFileAttributes opened, LongSupplier nanoTime) {
        this.path = path;
        this.channel = channel;
        this.opened = opened;
        this.nanoTime = nanoTime;
        this.nextCheckNs = new AtomicLong(nanoTime.getAsLong() + CHECK_INTERVAL_NS);
    }

    static LocalFile open(Path path, long expectedBytes, LongSupplier nanoTime) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            LocalStorage.checkSize(path.toString(), channel.size(), expectedBytes);
            return new LocalFile(path, channel, attributes(path), nanoTime);
        } catch (NoSuchFileException e) {
            closeQuietly(channel);
            throw new CorruptDataException(path, LocalStorage.MISSING, e);
        } catch (IOException e) {
            closeQuietly(channel);
            throw cannotBeRead(path, e);
        } catch (RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
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
        long at = position;
        try {
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count < 0) {
                    checkSame();
                    throw new CorruptDataException(
                            path, "truncated while in use: it ends before byte %,d".formatted(at));
                }
                at += count;
            }
        } catch (IOException e) {
            throw cannotBeRead(path, e);
        }
        checkSameNowAndThen();
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
            throw new CorruptDataException(path, "vanished while in use", e);
        } catch (IOException e) {
            throw cannotBeRead(path, e);
        }
        if (found.size() < opened.size()) {
            throw new CorruptDataException(
                    path,
                    "truncated while in use: %,d of %,d bytes are left"
                            .formatted(found.size(), opened.size()));
        }
        boolean same =
                found.fileKey().equals(opened.fileKey())
                        && found.size() == opened.size()
                        && found.lastModifiedTime().equals(opened.lastModifiedTime());
        if (!same) {
            throw new CorruptDataException(
                    path,
                    "changed while in use: it was written again at %s"
                            .formatted(found.lastModifiedTime()));
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
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // the failure that brought us here is the one to report
        }
    }
}
