package org.jft.core.engine.portable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jft.core.failure.ConfigException;

/**
 * Plain arrays in files, native order and nothing around them: {@code numpy.fromfile} reads them.
 */
final class NumberFiles {
    private NumberFiles() {}

    /** Returns the bytes of a file, off-heap, native order. */
    static ByteBuffer bytes(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size()).order(ByteOrder.nativeOrder());
        }
    }

    /**
     * Returns the float32 values of a file, off-heap.
     *
     * @throws ConfigException naming the file if they are not that many
     */
    static FloatBuffer floats(Path file, long count) throws IOException {
        FloatBuffer values = bytes(file).asFloatBuffer();
        if (values.remaining() != count) {
            throw new ConfigException(
                    "%s holds %s values, expected %s".formatted(file, values.remaining(), count));
        }
        return values;
    }

    /** Writes all of a buffer, from 0 to its capacity, as float32. */
    static void write(Path file, FloatBuffer values) throws IOException {
        long bytes = (long) Float.BYTES * values.capacity();
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.map(MapMode.READ_WRITE, 0, bytes)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(0, values, 0, values.capacity());
        }
    }
}
