package org.jft.core.engine.program;

import org.jft.core.failure.ConfigException;

/**
 * The vertex being lowered.
 *
 * @param type its class, as the one who wrote the graph knows it
 */
record Site(String name, String type, boolean frozen) {
    /** Returns an error that names the vertex. */
    ConfigException problem(String what, Object... values) {
        return new ConfigException(
                "vertex '%s' (%s) %s".formatted(name, type, what.formatted(values)));
    }

    /** Returns a refusal that names the vertex and the way out. */
    ConfigException refuse(String why, Object... values) {
        return problem("cannot be compiled: %s; engine.name: nd4j runs it", why.formatted(values));
    }
}
