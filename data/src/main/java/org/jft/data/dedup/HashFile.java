package org.jft.data.dedup;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.shard.DataSet;

/**
 * The hashes of a data set's pictures in row order, so that they are decoded once. It grows by
 * whole rows: an interrupted run goes on behind the last one. Named after the data set's
 * fingerprint, {@code 0123456789abcdef.phash}; little-endian:
 *
 * <pre>
 *   [i64] magic and version   [i64] first 64 bits of the fingerprint   [i64] rows   [i64 x rows] hashes
 * </pre>
 *
 * <p>Hashes as {@link PerceptualHash} has them, with what stands for one where there is none.
 */
final class HashFile implements Closeable {
    private static final long MAGIC = 0x3130_4853_4148_504aL; // JPHASH01
    private static final int HEADER = 3 * Long.BYTES;
    private static final int DIGITS = 16;

    private final Path file;
    private final FileChannel channel;
    private final long rows;
    private long done;

    private HashFile(Path file, FileChannel channel, long rows) {
        this.file = file;
        this.channel = channel;
        this.rows = rows;
    }

    /** Opens the file of a data set in a folder, or begins it. */
    static HashFile open(Path folder, DataSet data) {
        String name = data.fingerprint().substring(0, DIGITS);
        Path file = folder.resolve(name + ".phash");
        ByteBuffer header =
                buffer(HEADER)
                        .putLong(MAGIC)
                        .putLong(Long.parseUnsignedLong(name, 16))
                        .putLong(data.rowCount())
                        .flip();
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            HashFile hashes = new HashFile(file, channel, data.rowCount());
            hashes.begin(header);
            return hashes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void begin(ByteBuffer header) throws IOException {
        if (channel.size() < HEADER) {
            writeAt(header, 0);
        } else {
            ByteBuffer found = buffer(HEADER);
            readAt(found, 0);
            if (!found.equals(header)) {
                channel.close();
                throw new CorruptDataException(
                        file,
                        "not the hashes of this data set, written by this version: remove it");
            }
        }
        done = Math.min(rows, (channel.size() - HEADER) / Long.BYTES);
    }

    /** Returns the rows that are hashed. */
    long done() {
        return done;
    }

    /** Returns the rows of the data set. */
    long rows() {
        return rows;
    }

    /** Adds the hashes of the next rows. */
    void append(long[] hashes, int count) {
        ByteBuffer bytes = buffer(count * Long.BYTES);
        bytes.asLongBuffer().put(hashes, 0, count);
        try {
            writeAt(bytes, HEADER + done * Long.BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        done += count;
    }

    /** Reads rows that are hashed. Any thread. */
    long[] read(long firstRow, int count) {
        ByteBuffer bytes = buffer(count * Long.BYTES);
        long[] hashes = new long[count];
        try {
            readAt(bytes, HEADER + firstRow * Long.BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes.asLongBuffer().get(hashes);
        return hashes;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeAt(ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, at + bytes.position());
        }
    }

    private void readAt(ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw new CorruptDataException(file, "truncated while in use");
            }
        }
        bytes.flip();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
