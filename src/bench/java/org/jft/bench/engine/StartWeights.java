package org.jft.bench.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jft.core.engine.ParameterLayout;

/**
 * The weights that all processes start from: the first engine draws and writes them, everybody else
 * reads them. Two files in a folder:
 *
 * <pre>
 *   layout.json    a {@link ParameterLayout}
 *   weights.f32    the flat vector, native order
 * </pre>
 */
final class StartWeights {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 18; // floats; the heap stays out of it

    private final Path layout;
    private final Path weights;
    private final ByteBuffer bytes =
            ByteBuffer.allocateDirect(CHUNK * Float.BYTES).order(ByteOrder.nativeOrder());
    private final FloatBuffer floats = bytes.asFloatBuffer(); // the same memory

    StartWeights(Path folder) {
        layout = folder.resolve("layout.json");
        weights = folder.resolve("weights.f32");
    }

    /** Returns whether there is something to read. */
    boolean drawn() {
        return Files.exists(layout);
    }

    /** Returns what lies where. */
    ParameterLayout layout() {
        try {
            return JSON.readValue(layout.toFile(), ParameterLayout.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the whole vector. */
    void write(ParameterLayout of, FloatBuffer vector) {
        try (FileChannel channel =
                FileChannel.open(
                        weights, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int from = 0; from < of.length(); from += CHUNK) {
                int count = Math.min(CHUNK, of.length() - from);
                floats.put(0, vector, from, count);
                bytes.clear().limit(count * Float.BYTES);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            JSON.writeValue(layout.toFile(), of);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a part of the vector.
     *
     * @param offset first element in the vector
     * @param target filled from 0 to its capacity
     */
    void read(int offset, FloatBuffer target) {
        try (FileChannel channel = FileChannel.open(weights)) {
            for (int from = 0; from < target.capacity(); from += CHUNK) {
                int count = Math.min(CHUNK, target.capacity() - from);
                bytes.clear().limit(count * Float.BYTES);
                long position = (long) (offset + from) * Float.BYTES;
                while (bytes.hasRemaining()) {
                    if (channel.read(bytes, position + bytes.position()) < 0) {
                        throw new IOException("%s ends early".formatted(weights));
                    }
                }
                target.put(from, floats, 0, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
