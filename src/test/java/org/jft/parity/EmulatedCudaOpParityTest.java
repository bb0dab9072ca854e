package org.jft.parity;

import java.util.Set;

/** The cuda engine on an emulated GPU in float32, op by op. */
class EmulatedCudaOpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "cuda";
    }

    @Override
    Set<Lack> lacks() {
        return Set.of(Lack.GROUP_NORM);
    }
}
