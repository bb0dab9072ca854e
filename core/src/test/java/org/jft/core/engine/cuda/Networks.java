package org.jft.core.engine.cuda;

import org.jft.core.config.ModelConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.program.Lowering;
import org.jft.core.engine.program.Program;
import org.jft.core.model.Architectures;

/** Networks by name, for tests. */
final class Networks {
    static final int CLASSES = 10;
    private static final String OF_BIT = " of BiT";

    private Networks() {}

    /**
     * Describes a network.
     *
     * @param architecture may end in {@code " of BiT"}: ResNet-v2 with group norm and weight
     *     standardization
     */
    static NetworkSpec spec(String architecture, int size) {
        boolean bit = architecture.endsWith(OF_BIT);
        ModelConfig model =
                new ModelConfig(
                        architecture.replace(OF_BIT, ""),
                        CLASSES,
                        0,
                        null,
                        false,
                        bit ? ModelConfig.Norm.GROUP : ModelConfig.Norm.BATCH,
                        bit,
                        bit,
                        null,
                        null,
                        false);
        return NetworkSpec.ofImages(Architectures.create(model, CLASSES, size, 1), size);
    }

    static Program program(String architecture, int size) {
        NetworkSpec network = spec(architecture, size);
        return Lowering.lower(network, GraphLayouts.of(network.graph()));
    }
}
