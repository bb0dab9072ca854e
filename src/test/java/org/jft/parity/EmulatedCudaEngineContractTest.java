package org.jft.parity;

import java.util.Set;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.cuda.EmulatedCuda;

/** States, order, repetition and memory of the cuda engine on an emulated GPU. */
class EmulatedCudaEngineContractTest extends EngineContract {
    @Override
    String engineName() {
        return "cuda";
    }

    @Override
    EngineFactory factory() {
        return new EmulatedCuda(false);
    }

    /** The emulation's own objects are in the way. */
    @Override
    Set<Lack> lacks() {
        return Set.of(Lack.STEADY_MEMORY);
    }
}
