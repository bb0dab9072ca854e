package org.jft.core.engine.program;

import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.failure.ConfigException;

/** Reads a DL4J graph as a {@link Program}. */
public final class Lowering {
    private Lowering() {}

    /**
     * Lowers a network.
     *
     * @param layout of its flat parameters
     * @throws ConfigException naming the first vertex that a compiled engine cannot run
     */
    public static Program lower(NetworkSpec network, ParameterLayout layout) {
        throw new ConfigException("nothing is lowered yet");
    }
}
