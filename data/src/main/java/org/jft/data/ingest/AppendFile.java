package org.jft.data.ingest;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jft.core.failure.CorruptDataException;

/** A working file that grows, and is cut back to what a journal knows of when an import resumes. */
final class AppendFile implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final FileChannel channel;
    private final DataOutputStream out;
    private final long kept;
    private long written;

    private AppendFile(FileChannel channel, long kept) {
        this.channel = channel;
        this.kept = kept;
        this.out =
                new DataOutputStream(
                        new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES));
    }

    /** Opens a file and drops what lies behind its first {@code keep} bytes. */
    static AppendFile open(Path file, long keep) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.size() < keep) {
                throw new CorruptDataException(
                        file,
                        "has %,d bytes, its journal says %,d: remove the folder it is in to start over"
                                .formatted(channel.size(), keep));
            }
            channel.truncate(keep);
            channel.position(keep);
            return new AppendFile(channel, keep);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }

    void writeInt(int value) throws IOException {
        out.writeInt(value);
        written += Integer.BYTES;
    }

    void writeLong(long value) throws IOException {
        out.writeLong(value);
        written += Long.BYTES;
    }

    /** Appends all of a file. */
    void append(Path file) throws IOException {
        written += Files.copy(file, out);
    }

    /** Returns the size, what is still in memory included. */
    long bytes() {
        return kept + written;
    }

    /** Brings everything to the disk. */
    void force() throws IOException {
        out.flush();
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            out.flush();
        }
    }
}
