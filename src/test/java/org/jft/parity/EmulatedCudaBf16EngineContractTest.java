package org.jft.parity;

import java.util.Set;
import org.jft.core.config.EngineConfig.Precision;

/** The same in bfloat16, with fused batch norms. */
class EmulatedCudaBf16EngineContractTest extends EngineContract {
    @Override
    String engineName() {
        return "cuda";
    }

    @Override
    Precision precision() {
        return Precision.BF16;
    }

    /** The emulation's own objects are in the way. */
    @Override
    Set<Lack> lacks() {
        return Set.of(Lack.STEADY_MEMORY);
    }
}
