package org.jft.parity;

import java.util.Set;

/** The onednn engine's states, order, repetition, memory. */
class OneDnnEngineContractTest extends EngineContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Set<Lack> lacks() {
        return OneDnnOpParityTest.LACKS;
    }
}
