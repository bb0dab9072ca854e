package org.jft.parity;

import java.util.Set;

/** The nd4j engine's states, order, repetition. */
class Nd4jEngineContractTest extends EngineContract {
    @Override
    String engineName() {
        return "nd4j";
    }

    @Override
    Set<Lack> lacks() {
        return Nd4jOpParityTest.LACKS;
    }
}
