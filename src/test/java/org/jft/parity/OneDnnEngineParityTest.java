package org.jft.parity;

import java.util.Set;

/** Whole networks on the onednn engine against libtorch. */
class OneDnnEngineParityTest extends EngineParityContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Set<Lack> lacks() {
        return OneDnnOpParityTest.LACKS;
    }
}
