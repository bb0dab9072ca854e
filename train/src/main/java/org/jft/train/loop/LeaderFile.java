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
import org.jft.core.file.WholeFile;

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
    private String generation = ""; // that this worker is in
    private String before = ""; // that it was in

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

    /** This worker is in a generation that has met; its rank 0 begins to write. */
    void join(String next, boolean leads) {
        before = generation;
        generation = next;
        if (leads) {
            try {
                Files.createDirectories(file.getParent());
                WholeFile.write(file, next);
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    /**
     * Checks that no other generation has begun to write than this worker's, or the one before: the
     * rank 0 of the newest may have been lost before it came to.
     *
     * @throws ExpelledException if so
     */
    void require() {
        try {
            String now = Files.readString(file);
            if (!now.equals(generation) && !now.equals(before)) {
                throw new ExpelledException(
                        "%s writes to %s now: the job has gone on without this worker"
                                .formatted(now, file.getParent()));
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
