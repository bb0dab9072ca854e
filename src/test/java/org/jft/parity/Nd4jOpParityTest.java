package org.jft.parity;

import java.util.Set;

/** DL4J on the nd4j engine, op by op. */
class Nd4jOpParityTest extends OpParityContract {
    static final Set<Lack> LACKS =
            Set.of(Lack.INTERLEAVING, Lack.RECOMPUTATION, Lack.STEADY_MEMORY, Lack.STREAMING);

    @Override
    String engineName() {
        return "nd4j";
    }

    @Override
    Set<Lack> lacks() {
        return LACKS;
    }
}
