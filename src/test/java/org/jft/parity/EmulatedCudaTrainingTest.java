package org.jft.parity;

import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.cuda.EmulatedCuda;

/** The cuda engine on an emulated GPU over several steps and in a chain. */
class EmulatedCudaTrainingTest extends TrainingContract {
    @Override
    String engineName() {
        return "cuda";
    }

    @Override
    EngineFactory factory() {
        return new EmulatedCuda(false);
    }
}
