package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * Who runs the network, and how.
 *
 * @param name engine name; {@code onednn} is the CPU engine, {@code nd4j} DL4J itself
 * @param precision of activations and their gradients; parameters, their gradients and batch-norm
 *     statistics are float32 in each
 * @param threads compute threads of one worker; 0 means the worker's share of the cores
 * @param affinity where a worker's threads may run
 * @param recompute forget the activations inside a residual block and compute them again for
 *     backward: less memory for about a third more time
 */
public record EngineConfig(
        String name, Precision precision, int threads, Affinity affinity, boolean recompute) {
    /** The type of activations. */
    public enum Precision {
        /** IEEE float32. */
        FP32,
        /** bfloat16: float32's range with 8 bits of precision. */
        BF16
    }

    /** Where a worker's threads may run. */
    public enum Affinity {
        /** Wherever the operating system puts them. */
        NONE,
        /** Each on a core of its own; the workers of a host share its cores out in rank order. */
        CORES
    }

    public EngineConfig {
        name = name == null ? "onednn" : name;
        precision = precision == null ? Precision.FP32 : precision;
        affinity = affinity == null ? Affinity.NONE : affinity;
        check(threads >= 0, "engine.threads must not be negative: %s", threads);
    }

    /** Returns the engine of a config that says nothing about it. */
    public static EngineConfig defaults() {
        return new EngineConfig(null, null, 0, null, false);
    }

    /** Returns the same with a number of threads. */
    public EngineConfig withThreads(int count) {
        return new EngineConfig(name, precision, count, affinity, recompute);
    }
}
