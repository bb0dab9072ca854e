package org.jft.core.engine;

/** Makes engines of one backend; found through {@link java.util.ServiceLoader}. */
public interface EngineFactory {
    /** Returns the backend's name as it stands in a config. */
    String name();

    /**
     * Compiles a network; the graph's seed initialises the parameters.
     *
     * @param batchSize largest batch that will be fed
     * @param threads compute threads; 0 means all cores
     */
    Engine compile(NetworkSpec network, int batchSize, int threads);

    /**
     * Estimates the off-heap bytes of an engine compiled for training, without allocating them.
     *
     * @param parameterCount length of the flat vector
     */
    long memoryBytes(NetworkSpec network, long parameterCount, int batchSize);

    /**
     * Measures how fast this backend multiplies matrices on this machine with all its cores, in
     * floating-point operations a second; takes well under a second. The speed no network exceeds.
     */
    double matrixMultiplyFlops();
}
