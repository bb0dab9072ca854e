package org.jft.parity;

import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.cuda.EmulatedCuda;

/** The cuda engine on an emulated GPU in float32, op by op. */
class EmulatedCudaOpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "cuda";
    }

    @Override
    EngineFactory factory() {
        return new EmulatedCuda(false);
    }
}
