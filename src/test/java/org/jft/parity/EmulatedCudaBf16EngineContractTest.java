package org.jft.parity;

import java.util.Set;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.cuda.EmulatedCuda;

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

    @Override
    EngineFactory factory() {
        return new EmulatedCuda(true);
    }

    /** The emulation's own objects are in the way. */
    @Override
    Set<Lack> lacks() {
        return Set.of(Lack.STEADY_MEMORY);
    }
}
