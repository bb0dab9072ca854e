package org.jft.core.engine.onednn;

import org.bytedeco.javacpp.Pointer;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Memory outside the Java heap, on a page boundary; freed at close. */
final class Block implements AutoCloseable {
    static final long PAGE = 4096;

    private final Pointer memory;
    private final long bytes;
    private final long start;
    private boolean closed;

    /** Allocates; the content is undefined. */
    Block(long bytes) {
        this.bytes = bytes;
        memory = Pointer.malloc(allocatedBytes(bytes));
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
    static Block zeros(long bytes) {
        Block block = new Block(bytes);
        Pointer.memset(new Address(block.start), 0, bytes);
        return block;
    }

    /** Returns what is allocated for a block, its way to the next page included. */
    static long allocatedBytes(long bytes) {
        return bytes + PAGE;
    }

    long allocatedBytes() {
        return allocatedBytes(bytes);
    }

    long bytes() {
        return bytes;
    }

    long address() {
        return start;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Pointer.free(memory);
        }
    }
}
