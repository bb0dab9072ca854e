package org.jft.core.engine.cuda.driver;

/**
 * One GPU: its memory, streams, events and code. All that the engine asks of CUDA goes through this
 * interface and {@link Dnn}, {@link Blas}, {@link Compiler} and {@link Nccl}; tests put recording
 * fakes in their place. What it hands out is closed by the caller, before the GPU.
 *
 * <p>Every method throws {@link CudaException} if CUDA refuses. Not thread-safe: one owner thread,
 * on which {@link #use} was called.
 */
public interface Gpu extends AutoCloseable {
    /** Returns what it is. */
    DeviceInfo info();

    /** Makes it the calling thread's device. */
    void use();

    /**
     * Allocates memory on the device, at least 256-byte aligned; the content is undefined.
     *
     * @param purpose for the message if there is not enough
     * @throws CudaException.OutOfMemory if there is not enough
     */
    Memory allocate(long bytes, String purpose);

    /** Allocates page-locked memory on the host, which copies reach without a detour. */
    Memory pin(long bytes, String purpose);

    /** Returns the free bytes on the device. */
    long freeBytes();

    /** Creates a stream that waits for no other. */
    Stream stream();

    /**
     * Creates an event.
     *
     * @param timed whether {@link Event#millisSince} is wanted
     */
    Event event(boolean timed);

    /** Loads compiled code. */
    KernelModule load(String name, byte[] cubin);

    /** Waits until all work on the device is done. */
    void synchronize();

    @Override
    void close();
}
