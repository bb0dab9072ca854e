package org.jft.core.engine;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/** Makes engines of one backend; found through {@link java.util.ServiceLoader}. */
public interface EngineFactory {
    /** Returns the backend's name as it stands in a config. */
    String name();

    /**
     * Compiles a graph.
     *
     * @param graph architecture with input types set; its seed initialises the parameters
     * @param batchSize largest batch that will be fed
     * @param threads compute threads; 0 means all cores
     */
    Engine compile(ComputationGraphConfiguration graph, int batchSize, int threads);

    /**
     * Estimates the memory of a compiled graph, in bytes, without allocating it.
     *
     * @param training with what backward needs
     */
    long memoryBytes(ComputationGraphConfiguration graph, int batchSize, boolean training);
}
