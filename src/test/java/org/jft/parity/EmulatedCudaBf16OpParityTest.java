package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.cuda.EmulatedCuda;

/** The cuda engine on an emulated GPU in bfloat16, with fused batch norms, op by op. */
class EmulatedCudaBf16OpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "cuda";
    }

    @Override
    Precision precision() {
        return Precision.BF16;
    }

    @Override
    EngineFactory factory() {
        return new EmulatedCuda(true);
    }
}
