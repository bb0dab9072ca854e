package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * Who runs the network.
 *
 * @param name engine name; {@code nd4j} is DL4J itself
 * @param threads compute threads of one worker; 0 means the worker's share of the cores
 */
public record EngineConfig(String name, int threads) {
    public EngineConfig {
        name = name == null ? "nd4j" : name;
        check(threads >= 0, "engine.threads must not be negative: %s", threads);
    }

    static EngineConfig defaults() {
        return new EngineConfig(null, 0);
    }
}
