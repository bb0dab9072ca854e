package org.jft.cluster.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Memory that one stream's sender and receiver share: frames of one length, used round and round.
 * The file under it goes once both have it. One that the receiver has not come to goes when the
 * last of the two closes its stream, or, where one was killed, with the media driver beside which
 * it lies.
 */
final class FrameMemory {
    private final UnsafeBuffer bytes;

    private FrameMemory(FileChannel channel) throws IOException {
        bytes = new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()));
    }

    /**
     * Makes the memory of a stream, all of it taken: a full file system fails here, not as SIGBUS
     * later.
     *
     * @param directory of the media driver
     * @param stream no other of this driver has the number
     * @throws JftException when there is no room
     */
    static FrameMemory create(Path directory, long stream, int frameLength, int frames) {
        Path file = file(directory, stream);
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(frameLength);
            for (int i = 0; i < frames; i++) {
                zeros.clear();
                while (zeros.hasRemaining()) { // a file system that fills up takes a part of it
                    channel.write(zeros);
                }
            }
            return new FrameMemory(channel);
        } catch (IOException e) {
            remove(directory, stream);
            throw new JftException(
                    Category.ABORT_RUN,
                    "no shared memory for a stream of %d KB in %s: %s"
                            .formatted((long) frameLength * frames >> 10, file, e.getMessage()),
                    e);
        }
    }

    /**
     * Opens what the sender has made, and removes its name.
     *
     * @throws JftException when it is not there
     */
    static FrameMemory open(Path directory, long stream) {
        Path file = file(directory, stream);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FrameMemory memory = new FrameMemory(channel);
            Files.delete(file);
            return memory;
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the shared memory of a stream, %s, is gone".formatted(file),
                    e);
        }
    }

    /** Removes the name of a memory that nobody will open any more; it may have none. */
    static void remove(Path directory, long stream) {
        try {
            Files.deleteIfExists(file(directory, stream));
        } catch (IOException ignored) {
            // It goes with the driver.
        }
    }

    private static Path file(Path directory, long stream) {
        return directory.resolve("frames-" + stream);
    }

    /** Returns all of it. */
    UnsafeBuffer bytes() {
        return bytes;
    }

    /** Gives the memory back: none of it can be used any more. Idempotent. */
    void unmap() {
        ByteBuffer mapped = bytes.byteBuffer();
        bytes.wrap(0, 0);
        IoUtil.unmap(mapped);
    }
}
