package org.jft.core.engine;

import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;

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

    /** Returns the precision of a config that gives none. */
    default Precision defaultPrecision() {
        return Precision.FP32;
    }

    /** Returns whether each worker of a host has a device of its own; else they share the CPU. */
    default boolean ownsDevice() {
        return false;
    }

    /**
     * Checks that this machine has a device for each of its workers.
     *
     * @throws org.jft.core.failure.ConfigException if it has not; says how many it has
     */
    default void requireDevices(EngineConfig config, int workers) {}

    /**
     * Returns the config of one of the workers of a host: on its own device.
     *
     * @param localRank which of them, from 0
     * @throws org.jft.core.failure.ConfigException if there is no device for it
     */
    default EngineConfig forWorker(EngineConfig config, int localRank) {
        return config.onDevice(config.device() + localRank);
    }

    /**
     * Compiles a network; the graph's seed initialises the parameters.
     *
     * @param batchSize largest batch that will be fed
     * @param config precision, threads and memory options, {@linkplain Engines#resolve resolved};
     *     its name is not read
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
