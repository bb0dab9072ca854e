package org.jft.data.archive;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file from front to back, decompressed when it starts like gzip (RFC 1952). Positions count
 * decompressed bytes. A plain file is skipped over without being read. One thread.
 */
public final class ForwardFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Two bytes of gzip's signature and its only compression method. */
    private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8};

    private final InputStream in;
    private final boolean compressed;
    private final long size; // of a plain file
    private final byte[] skipped = new byte[BUFFER_BYTES];
    private long position;

    private ForwardFile(InputStream in, boolean compressed, long size) {
        this.in = in;
        this.compressed = compressed;
        this.size = size;
    }

    /** Opens a file; close it. */
    public static ForwardFile open(Path path) throws IOException {
        long size = Files.size(path);
        InputStream file =
                new BufferedInputStream(new FileInputStream(path.toFile()), BUFFER_BYTES);
        try {
            file.mark(GZIP.length);
            boolean compressed = Arrays.equals(file.readNBytes(GZIP.length), GZIP);
            file.reset();
            return new ForwardFile(
                    compressed ? new GZIPInputStream(file, BUFFER_BYTES) : file, compressed, size);
        } catch (IOException e) {
            file.close();
            throw broken(0, e);
        }
    }

    /**
     * Returns whether the file is gzip, so that places can only be reached by reading up to them.
     */
    public boolean compressed() {
        return compressed;
    }

    /** Returns how many (decompressed) bytes lie behind. */
    public long position() {
        return position;
    }

    /** Reads up to {@code length} bytes; fewer only where the file ends. */
    int read(byte[] into, int length) throws IOException {
        try {
            int count = in.readNBytes(into, 0, length);
            position += count;
            return count;
        } catch (IOException e) {
            throw broken(position, e);
        }
    }

    /**
     * Reads exactly {@code length} bytes.
     *
     * @param what they are, for the message of the exception when the file ends before
     */
    byte[] readAll(int length, String what) throws IOException {
        requireRest(length, what);
        byte[] bytes = new byte[length];
        int count = read(bytes, length);
        if (count < length) {
            throw cutOff(what, length, count);
        }
        return bytes;
    }

    /** Passes over {@code length} bytes, all of which must be there. */
    void skip(long length, String what) throws IOException {
        requireRest(length, what);
        long left = length;
        while (left > 0) {
            long count =
                    compressed
                            ? read(skipped, (int) Math.min(left, BUFFER_BYTES))
                            : skipPlain(left);
            if (count == 0) {
                throw cutOff(what, length, length - left);
            }
            left -= count;
        }
    }

    private long skipPlain(long length) throws IOException {
        long count = in.skip(length);
        position += count;
        return count;
    }

    /** Asked before memory is allocated: a broken length may be any number. */
    private void requireRest(long length, String what) throws BrokenArchiveException {
        if (!compressed && length > size - position) {
            throw cutOff(what, length, size - position);
        }
    }

    private BrokenArchiveException cutOff(String what, long length, long count) {
        return new BrokenArchiveException(
                "cut off within %s: %,d of %,d bytes are there".formatted(what, count, length));
    }

    private static IOException broken(long position, IOException e) {
        if (e instanceof EOFException || e instanceof ZipException) {
            return new BrokenArchiveException(
                    "the gzip stream breaks off after %,d bytes of content: %s"
                            .formatted(position, e.getMessage()),
                    e);
        }
        return e;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
