package org.jft.data.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A chunk in the disk cache. Every read checks the blocks that it touches, so a file that was torn
 * by a crash, hit by a broken disk or written over is found out.
 *
 * <pre>
 *  +------------------+-----------------------------------------------+
 *  | content, n bytes | CRC32C i32, little-endian, for each 16 KiB of it |
 *  +------------------+-----------------------------------------------+
 * </pre>
 *
 * A block's checksum is of the chunk's name, the block's number and the block: no file passes for
 * another.
 */
final class ChunkFile {
    static final int BLOCK_BYTES = 16 << 10;

    private static final int BUFFER_BLOCKS = 16;

    /** Of the reading thread; [up to 16 blocks]. */
    private static final ThreadLocal<ByteBuffer> BUFFER =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER_BLOCKS * BLOCK_BYTES));

    /** The file does not hold what was written. */
    static final class DamagedException extends IOException {
        DamagedException(String problem) {
            super(problem);
        }
    }

    private final FileChannel file;
    private final byte[] name;
    private final int length;

    /**
     * Names a chunk.
     *
     * @param length of its content, bytes
     */
    ChunkFile(FileChannel file, String name, int length) {
        this.file = file;
        this.name = name.getBytes(StandardCharsets.UTF_8);
        this.length = length;
    }

    /** Returns the size of a file with so much content, bytes. */
    static long fileBytes(int length) {
        return length + (long) Integer.BYTES * blockCount(length);
    }

    private static int blockCount(int length) {
        return (length + BLOCK_BYTES - 1) / BLOCK_BYTES;
    }

    /** Writes the whole file. */
    void write(byte[] content) throws IOException {
        ByteBuffer checksums = checksumBuffer(blockCount(length));
        for (int block = 0; block < blockCount(length); block++) {
            int start = block * BLOCK_BYTES;
            int count = Math.min(BLOCK_BYTES, length - start);
            checksums.putInt(checksum(block, ByteBuffer.wrap(content, start, count)));
        }
        writeFully(ByteBuffer.wrap(content, 0, length), 0);
        writeFully(checksums.flip(), length);
    }

    private void writeFully(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    /**
     * Fills a buffer with content from an offset on.
     *
     * @throws DamagedException when a block on the way is not what was written
     */
    void read(int offset, ByteBuffer into) throws IOException {
        if (file.size() != fileBytes(length)) {
            throw new DamagedException(
                    "has %,d bytes instead of %,d".formatted(file.size(), fileBytes(length)));
        }
        int end = offset + into.remaining();
        int endBlock = blockCount(end);
        int at = offset;
        while (at < end) {
            int first = at / BLOCK_BYTES;
            int count = Math.min(BUFFER_BLOCKS, endBlock - first);
            ByteBuffer content = checkedBlocks(first, count);
            int start = first * BLOCK_BYTES;
            content.position(at - start).limit(Math.min(content.limit(), end - start));
            into.put(content);
            at = start + content.limit();
        }
    }

    /** Reads whole blocks into the thread's buffer; position 0. */
    private ByteBuffer checkedBlocks(int first, int count) throws IOException {
        int start = first * BLOCK_BYTES;
        int bytes = Math.min(count * BLOCK_BYTES, length - start);
        ByteBuffer content = BUFFER.get().clear().limit(bytes);
        readFully(content, start);
        ByteBuffer checksums = checksumBuffer(count);
        readFully(checksums, length + (long) first * Integer.BYTES);
        for (int i = 0; i < count; i++) {
            int from = i * BLOCK_BYTES;
            int to = Math.min(from + BLOCK_BYTES, bytes);
            int found = checksum(first + i, content.duplicate().position(from).limit(to));
            if (found != checksums.getInt(i * Integer.BYTES)) {
                throw new DamagedException(
                        "the checksum of bytes %,d to %,d does not match"
                                .formatted(start + from, start + to - 1));
            }
        }
        return content.position(0);
    }

    private void readFully(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            int count = file.read(bytes, at);
            if (count < 0) {
                throw new DamagedException("ends at byte %,d".formatted(at));
            }
            at += count;
        }
    }

    private int checksum(int block, ByteBuffer content) {
        CRC32C crc = new CRC32C();
        crc.update(name);
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(block).flip());
        crc.update(content);
        return (int) crc.getValue();
    }

    private static ByteBuffer checksumBuffer(int count) {
        return ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
}
