package org.jft.data.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads parts of archives by their place. A plain file takes one positional read, on any thread. A
 * compressed one is followed from front to back: parts asked for in order cost one pass, a step
 * back starts at the front again.
 */
public final class PlacedReader implements AutoCloseable {
    private Path followed;
    private ForwardFile stream;

    /** Bytes that are there, or on their way. */
    @FunctionalInterface
    public interface Part {
        /** Returns them, a new array. Any thread, once. */
        byte[] get() throws IOException;
    }

    /**
     * Starts to read. One thread.
     *
     * @param offset in the (decompressed) file
     */
    public Part read(Path file, boolean compressed, long offset, int length) {
        if (!compressed) {
            return () -> readPlain(file, offset, length);
        }
        try {
            byte[] bytes = readCompressed(file, offset, length);
            return () -> bytes;
        } catch (IOException e) {
            close();
            return () -> {
                throw e;
            };
        }
    }

    private static byte[] readPlain(Path file, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new BrokenArchiveException("the archive has become shorter meanwhile");
                }
            }
        }
        return bytes.array();
    }

    private byte[] readCompressed(Path file, long offset, int length) throws IOException {
        if (!file.equals(followed) || stream.position() > offset) {
            close();
            stream = ForwardFile.open(file);
            followed = file;
        }
        stream.skip(offset - stream.position(), "the archive");
        return stream.readAll(length, "the archive");
    }

    @Override
    public void close() {
        try {
            if (stream != null) {
                stream.close();
            }
        } catch (IOException ignored) {
            // it was only read
        }
        stream = null;
        followed = null;
    }
}
