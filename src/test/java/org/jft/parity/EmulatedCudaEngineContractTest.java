package org.jft.parity;

import java.util.Set;

/** States, order, repetition and memory of the cuda engine on an emulated GPU. */
class EmulatedCudaEngineContractTest extends EngineContract {
    @Override
    String engineName() {
        return "cuda";
    }

    /** The emulation's own objects are in the way. */
    @Override
    Set<Lack> lacks() {
        return Set.of(Lack.STEADY_MEMORY);
    }
}
