package org.jft.train.loop;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jft.cluster.membership.ExpelledException;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Which generation of a job writes to the run folder. Workers that are cut off from the coordinator
 * cannot tell whether it is away or has let others go on without them, and train on; but they write
 * nothing any more once another generation does.
 */
final class LeaderFile {
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path file;
    private final Path lock;
    private final long patienceNs;

    /**
     * Describes.
     *
     * @param patience for another worker that writes, see {@link #alone}
     */
    LeaderFile(Path file, Duration patience) {
        this.file = file;
        // Of its own: POSIX drops a process's lock when that closes the file, be it for reading.
        this.lock = file.resolveSibling(file.getFileName() + ".lock");
        this.patienceNs = patience.toNanos();
    }

    /** The rank 0 of a generation that has met begins to write. */
    void take(String generation) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, generation);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Checks that nobody of a later generation has begun to write.
     *
     * @throws ExpelledException if so
     */
    void require(String generation) {
        try {
            String now = Files.readString(file);
            if (!now.equals(generation)) {
                throw new ExpelledException(
                        "%s writes to %s now, not %s: the job has gone on without this worker"
                                .formatted(now, file.getParent(), generation));
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Writes another file unless a worker has done it; waits for one that does it at this moment.
     *
     * @return whether it is there
     */
    boolean alone(Path other, Runnable write) {
        try (FileChannel channel =
                        FileChannel.open(
                                lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock own = await(channel)) {
            if (own != null && !Files.exists(other)) {
                write.run();
            }
            return Files.exists(other);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Returns null when it has been in vain. */
    private FileLock await(FileChannel channel) throws IOException {
        long startNs = System.nanoTime();
        FileLock own = channel.tryLock();
        while (own == null && System.nanoTime() - startNs < patienceNs) {
            LockSupport.parkNanos(LOOK_AGAIN_NS);
            own = channel.tryLock();
        }
        return own;
    }

    private JftException failure(IOException e) {
        return new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
    }
}
