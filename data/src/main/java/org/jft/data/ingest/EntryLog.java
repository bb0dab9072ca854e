package org.jft.data.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.failure.CorruptDataException;

/**
 * The entries of a source in a working file, one after the other, {@code [i32 length][entry]} each:
 * what a long list of images costs lies on the disk. The offset of an entry is its name here.
 */
final class EntryLog implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final FileChannel channel;

    private EntryLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens a log for reading. */
    static EntryLog open(Path file) throws IOException {
        return new EntryLog(file, FileChannel.open(file));
    }

    static void append(AppendFile log, Entry entry) throws IOException {
        byte[] bytes = encode(entry);
        log.writeInt(bytes.length);
        log.write(bytes);
    }

    /** Returns the entry at an offset. */
    Entry at(long offset) throws IOException {
        int length = read(offset, Integer.BYTES).getInt();
        return decode(read(offset + Integer.BYTES, length).array());
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new CorruptDataException(file, "cut off at byte %,d".formatted(offset));
            }
        }
        return bytes.flip();
    }

    /** Reads from an offset on. */
    Cursor from(long offset) throws IOException {
        return new Cursor(FileChannel.open(file).position(offset), offset);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** An entry, where it begins and where the next one does. */
    record Located(Entry entry, long offset, long next) {}

    /** Goes through a log. One thread. */
    static final class Cursor implements Closeable {
        private final DataInputStream in;
        private long offset;

        private Cursor(FileChannel channel, long offset) {
            this.in =
                    new DataInputStream(
                            new BufferedInputStream(
                                    Channels.newInputStream(channel), BUFFER_BYTES));
            this.offset = offset;
        }

        /** Returns the next entry, or null behind the last one. */
        Located next() throws IOException {
            int length;
            try {
                length = in.readInt();
            } catch (EOFException end) {
                return null;
            }
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            long start = offset;
            offset += Integer.BYTES + length;
            return new Located(decode(bytes), start, offset);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static byte[] encode(Entry entry) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        DataOutputStream out = new DataOutputStream(bytes);
        writeText(out, entry.path());
        out.writeLong(entry.row());
        out.writeInt(entry.place().part());
        out.writeLong(entry.place().offset());
        out.writeInt(entry.place().length());
        out.writeInt(entry.claims().size());
        for (Entry.Claim claim : entry.claims()) {
            writePath(out, claim.path());
            out.writeFloat(claim.confidence());
        }
        out.writeInt(entry.cleanPaths() == null ? -1 : entry.cleanPaths().size());
        if (entry.cleanPaths() != null) {
            for (List<String> path : entry.cleanPaths()) {
                writePath(out, path);
            }
        }
        writeText(out, entry.split());
        writeText(out, entry.supplier());
        writeText(out, entry.group());
        AnnotatedLog.write(out, entry.annotated());
        writeText(out, entry.problem());
        return bytes.toByteArray();
    }

    private static Entry decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String path = readText(in);
        long row = in.readLong();
        Entry.Place place = new Entry.Place(in.readInt(), in.readLong(), in.readInt());
        List<Entry.Claim> claims = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            claims.add(new Entry.Claim(readPath(in), in.readFloat()));
        }
        int cleanCount = in.readInt();
        List<List<String>> clean = cleanCount < 0 ? null : new ArrayList<>();
        for (int left = cleanCount; left > 0; left--) {
            clean.add(readPath(in));
        }
        return new Entry(
                path,
                row,
                place,
                claims,
                clean,
                readText(in),
                readText(in),
                readText(in),
                AnnotatedLog.read(in),
                readText(in));
    }

    private static void writePath(DataOutputStream out, List<String> path) throws IOException {
        out.writeInt(path.size());
        for (String name : path) {
            writeText(out, name);
        }
    }

    private static List<String> readPath(DataInputStream in) throws IOException {
        List<String> path = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            path.add(readText(in));
        }
        return path;
    }

    /** {@code [i32 length][UTF-8]}; length -1 is null. */
    static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text == null ? null : text.getBytes(UTF_8);
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : new String(in.readNBytes(length), UTF_8);
    }
}
