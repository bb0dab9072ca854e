package org.jft.core.engine.cuda.driver;

/**
 * Work on the device, one piece behind the other; a call returns before its work is done, and what
 * it reads and writes must stay until then. {@link Dnn} and {@link Blas} enqueue here, too.
 */
public interface Stream extends AutoCloseable {
    /** Copies from page-locked host memory. */
    void copyToDevice(long device, long host, long bytes);

    /** Copies into page-locked host memory. */
    void copyToHost(long host, long device, long bytes);

    /** Copies on the device. */
    void copyOnDevice(long to, long from, long bytes);

    /** Sets bytes to zero. */
    void zero(long device, long bytes);

    /** Launches a kernel. */
    void launch(KernelModule.Kernel kernel, Grid grid, Arguments arguments);

    /** Launches a graph. */
    void launch(Graph graph);

    /** Marks this point. */
    void record(Event event);

    /** Lets later work wait for a point of another stream. */
    void waitFor(Event event);

    /**
     * Collects the following work, and that of streams that wait for it, instead of doing it.
     * Nothing may be allocated or waited for on the host meanwhile.
     */
    void beginCapture();

    /** Ends a capture. */
    Graph endCapture();

    /** Waits on the host until all is done. */
    void synchronize();

    @Override
    void close();
}
