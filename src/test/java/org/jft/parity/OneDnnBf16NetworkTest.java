package org.jft.parity;

import java.util.Set;

/** Whole networks on the onednn engine in bfloat16. */
class OneDnnBf16NetworkTest extends Bf16NetworkContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Set<Lack> lacks() {
        return OneDnnOpParityTest.LACKS;
    }
}
