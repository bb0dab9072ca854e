package org.jft.core.engine.onednn;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.Pointer;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Memory outside the Java heap, on a page boundary; freed at close. */
final class Block implements AutoCloseable {
    private static final long PAGE = 4096;

    private final Pointer memory;
    private final long start;
    private boolean closed;

    /** Allocates; the content is undefined. */
    Block(long bytes) {
        memory = Pointer.malloc(bytes + PAGE);
        if (memory == null || memory.isNull()) {
            throw new JftException(
                    Category.ABORT_RUN,
                    ("the engine needs %,d MiB and the system has not got them: lower"
                                    + " train.micro_batch or set engine.recompute")
                            .formatted(bytes >> 20));
        }
        start = (memory.address() + PAGE - 1) / PAGE * PAGE;
    }

    /** Allocates zeros. */
    static Block ofFloats(long length) {
        Block block = new Block(Float.BYTES * length);
        Pointer.memset(new Address(block.start), 0, Float.BYTES * length);
        return block;
    }

    long address() {
        return start;
    }

    FloatBuffer floats(long length) {
        return Address.floats(start, length);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Pointer.free(memory);
        }
    }
}
