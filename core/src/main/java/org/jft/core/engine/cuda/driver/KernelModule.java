package org.jft.core.engine.cuda.driver;

/** Compiled kernels on the device. */
public interface KernelModule extends AutoCloseable {
    /** One function of a module; lives as long as it. */
    interface Kernel {
        /** Returns its name in the source. */
        String name();
    }

    /**
     * Finds a kernel by its name in the source, {@code extern "C"}.
     *
     * @throws CudaException if there is none
     */
    Kernel kernel(String name);

    @Override
    void close();
}
