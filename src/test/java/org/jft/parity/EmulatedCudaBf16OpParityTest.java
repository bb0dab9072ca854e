package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;

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
}
