package org.jft.parity;

import java.util.Set;

/** The onednn engine in float32, op by op. */
class OneDnnOpParityTest extends OpParityContract {
    static final Set<Lack> LACKS = Set.of(Lack.DEPTHWISE);

    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Set<Lack> lacks() {
        return LACKS;
    }
}
