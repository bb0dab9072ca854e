package org.jft.parity;

/** The onednn engine's states, order, repetition, memory. */
class OneDnnEngineContractTest extends EngineContract {
    @Override
    String engineName() {
        return "onednn";
    }
}
