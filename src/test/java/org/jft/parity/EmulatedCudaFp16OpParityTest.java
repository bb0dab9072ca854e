package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.cuda.EmulatedCuda;

/** The cuda engine on an emulated GPU in float16, with convolutions that leave sums, op by op. */
class EmulatedCudaFp16OpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "cuda";
    }

    @Override
    Precision precision() {
        return Precision.FP16;
    }

    @Override
    EngineFactory factory() {
        return new EmulatedCuda(false, true);
    }
}
