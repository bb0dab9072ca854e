package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Memory;

/**
 * One block on the device for all passes of an engine, since none is under way when the next
 * begins. It grows when a larger pass comes, so an engine that only infers never pays for training.
 */
final class PassMemory implements AutoCloseable {
    private final Gpu gpu;
    private Memory block;

    PassMemory(Gpu gpu) {
        this.gpu = gpu;
    }

    /** Returns whether a pass fits without growing. */
    boolean holds(long bytes) {
        return block != null && block.bytes() >= bytes;
    }

    /** Returns its length. */
    long bytes() {
        return block == null ? 0 : block.bytes();
    }

    /** Grows; whatever knows the old address is of no use any more. */
    void grow(long bytes, String purpose) {
        close();
        block = gpu.allocate(bytes, purpose);
    }

    long address() {
        return block.address();
    }

    @Override
    public void close() {
        if (block != null) {
            Memory old = block;
            block = null;
            old.close();
        }
    }
}
