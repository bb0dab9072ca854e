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
    private Path current;
    private ForwardFile stream; // of the current file, when it is compressed

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
    public Part read(Path file, long offset, int length) {
        try {
            if (!file.equals(current)) {
                open(file);
            }
            if (stream == null) {
                return () -> readPlain(file, offset, length);
            }
            byte[] bytes = readCompressed(offset, length);
            return () -> bytes;
        } catch (IOException e) {
            close();
            return () -> {
                throw e;
            };
        }
    }

    private void open(Path file) throws IOException {
        close();
        stream = ForwardFile.open(file);
        if (!stream.compressed()) {
            stream.close();
            stream = null;
        }
        current = file;
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

    private byte[] readCompressed(long offset, int length) throws IOException {
        if (stream.position() > offset) {
            open(current);
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
        current = null;
    }
}
