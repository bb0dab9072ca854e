package org.jft.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jft.core.failure.CorruptDataException;

/** A shard ready for random access: its small columns and the place of each image. */
record OpenShard(Path file, FileChannel channel, RowColumns rows, long[] offset)
        implements Closeable {
    /** Grown buffers are a multiple of this, so that slightly larger images do not grow them. */
    private static final int SCRATCH_STEP = 1 << 16;

    /** One positional read; allocates only when {@code scratch} is too small. */
    ByteBuffer readImage(int row, ByteBuffer scratch) {
        int length = rows.imageBytes()[row];
        ByteBuffer image = scratch;
        if (scratch == null || !scratch.isDirect() || scratch.capacity() < length) {
            int steps = (length + SCRATCH_STEP - 1) / SCRATCH_STEP;
            image = ByteBuffer.allocateDirect(Math.max(length, steps * SCRATCH_STEP));
        }
        image.clear().limit(length);
        try {
            while (image.hasRemaining()) {
                if (channel.read(image, offset[row] + image.position()) < 0) {
                    throw new CorruptDataException(
                            file, "truncated while in use: row %d is cut off".formatted(row));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("%s: row %d cannot be read: %s".formatted(file, row, e), e));
        }
        return image.flip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
