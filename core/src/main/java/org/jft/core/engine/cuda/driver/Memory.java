package org.jft.core.engine.cuda.driver;

/** A block of memory at a fixed address, on the device or page-locked on the host. */
public interface Memory extends AutoCloseable {
    /** Returns where it begins. */
    long address();

    /** Returns its length. */
    long bytes();

    /** Frees it; idempotent. */
    @Override
    void close();
}
