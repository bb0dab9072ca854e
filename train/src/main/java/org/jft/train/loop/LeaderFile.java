package org.jft.train.loop;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jft.cluster.membership.ExpelledException;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Which generation of a job writes to the run folder. Workers that are cut off from the coordinator
 * cannot tell whether it is away or has let others go on without them, and train on; but they write
 * nothing any more once another generation does.
 */
final class LeaderFile {
    private final Path file;

    LeaderFile(Path file) {
        this.file = file;
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

    /** Writes another file unless a worker does that at this moment, or has done it. */
    void alone(Path other, Runnable write) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock own = channel.tryLock()) {
            if (own != null && !Files.exists(other)) {
                write.run();
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private JftException failure(IOException e) {
        return new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
    }
}
