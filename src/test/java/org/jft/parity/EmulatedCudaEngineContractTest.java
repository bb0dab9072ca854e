package org.jft.parity;

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
}
