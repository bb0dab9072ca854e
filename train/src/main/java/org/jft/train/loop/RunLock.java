package org.jft.train.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Keeps two runs out of one folder. The system frees the lock of a process that dies. */
final class RunLock implements AutoCloseable {
    /** Held by ranks that do not write. */
    static final RunLock NONE = new RunLock(null);

    /** Workers of a job whose launcher was killed end within a second or two. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the folder, waiting a moment for a run that is ending. */
    static RunLock hold(RunFolder folder) {
        Path file = folder.root().resolve(".lock");
        try {
            Files.createDirectories(folder.root());
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            long deadlineNs = System.nanoTime() + PATIENCE_NS;
            FileLock lock = channel.tryLock();
            while (lock == null && System.nanoTime() < deadlineNs) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                lock = channel.tryLock();
            }
            if (lock == null) {
                channel.close();
                throw taken(folder);
            }
            return new RunLock(channel);
        } catch (IOException e) {
            throw new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * Takes a folder together with the other workers of a job whose members change, each of which
     * may come to write there.
     *
     * @param job no other job is called so
     */
    static RunLock share(RunFolder folder, String job) {
        Path file = folder.root().resolve(".lock");
        try {
            Files.createDirectories(folder.root());
            FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            long deadlineNs = System.nanoTime() + PATIENCE_NS;
            while (!shared(channel, job)) {
                if (System.nanoTime() >= deadlineNs) {
                    channel.close();
                    throw taken(folder);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            return new RunLock(channel);
        } catch (IOException e) {
            throw new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Who finds the folder free writes the job's name into the file, then shares as the others. */
    private static boolean shared(FileChannel channel, String job) throws IOException {
        ByteBuffer name = StandardCharsets.UTF_8.encode(job);
        try (FileLock free = channel.tryLock()) {
            if (free != null) {
                channel.truncate(0).write(name.duplicate(), 0);
            }
        }
        FileLock shared = channel.tryLock(0, Long.MAX_VALUE, true);
        if (shared == null) {
            return false;
        }
        ByteBuffer found = ByteBuffer.allocate((int) channel.size());
        channel.read(found, 0);
        if (found.flip().equals(name)) {
            return true;
        }
        shared.release();
        return false;
    }

    private static JftException taken(RunFolder folder) {
        return new JftException(
                Category.RETRY,
                "%s is being trained by another process; wait for it or use another --out"
                        .formatted(folder.root()));
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // The lock goes with the process at the latest.
        }
    }
}
