package org.jft.parity;

/** Whole networks on the onednn engine against libtorch. */
class OneDnnEngineParityTest extends EngineParityContract {
    @Override
    String engineName() {
        return "onednn";
    }
}
