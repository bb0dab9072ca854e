package org.jft.core.engine;

import org.jft.core.config.EngineConfig;

/** Makes engines of one backend; found through {@link java.util.ServiceLoader}. */
public interface EngineFactory {
    /** Returns the backend's name as it stands in a config. */
    String name();

    /**
     * Returns whether this machine has the hardware that the backend is for. Cheap where it has
     * not.
     */
    default boolean fits() {
        return true;
    }

    /**
     * Compiles a network; the graph's seed initialises the parameters.
     *
     * @param batchSize largest batch that will be fed
     * @param config precision, threads and memory options; its name is not read
     * @throws org.jft.core.failure.ConfigException if this backend cannot run the network or the
     *     options, on this machine; names the layer or the key, and the way out
     */
    Engine compile(NetworkSpec network, int batchSize, EngineConfig config);

    /**
     * Returns the off-heap bytes of an engine that trains and infers, without allocating them; an
     * estimate where the backend allocates as it goes.
     *
     * @throws org.jft.core.failure.ConfigException as {@link #compile}
     */
    long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config);

    /**
     * Measures how fast this backend multiplies matrices on this machine in a precision with a
     * number of threads, in floating-point operations a second; takes well under a second. The
     * speed no network exceeds.
     */
    double matrixMultiplyFlops(EngineConfig config);
}
