package org.jft.core.engine.cuda.driver;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A call that CUDA or one of its libraries refused; the message names it, its reason, the device.
 */
public class CudaException extends JftException {
    public CudaException(String message) {
        super(Category.ABORT_RANK, message);
    }

    /** There is less memory than asked for. */
    public static final class OutOfMemory extends CudaException {
        private final long wantedBytes;
        private final long freeBytes;

        public OutOfMemory(String purpose, long wantedBytes, long freeBytes, String device) {
            super(
                    "%s needs %,d MiB, but %s has %,d MiB free"
                            .formatted(purpose, wantedBytes >> 20, device, freeBytes >> 20));
            this.wantedBytes = wantedBytes;
            this.freeBytes = freeBytes;
        }

        /** Returns what was asked for. */
        public long wantedBytes() {
            return wantedBytes;
        }

        /** Returns what was there. */
        public long freeBytes() {
            return freeBytes;
        }
    }

    /** A library has no code for what was asked: another way may work. */
    public static final class Unsupported extends CudaException {
        public Unsupported(String message) {
            super(message);
        }
    }
}
