package org.jft.core.engine.plan;

import java.util.Set;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.program.Lowering;
import org.jft.core.engine.program.Program;
import org.jft.core.model.Architectures;

/** Programs for tests. */
final class Networks {
    private Networks() {}

    static NetworkSpec spec(String architecture, int size) {
        ModelConfig model = new ModelConfig(architecture, 0, 0, null, false);
        return NetworkSpec.ofImages(Architectures.create(model, 10, size, 1), size);
    }

    static Program program(String architecture, int size) {
        return program(spec(architecture, size));
    }

    static Program program(String architecture, int size, Set<String> frozen) {
        return program(spec(architecture, size).withFrozenLayers(frozen));
    }

    static Program program(NetworkSpec network) {
        return Lowering.lower(network, GraphLayouts.of(network.graph()));
    }
}
