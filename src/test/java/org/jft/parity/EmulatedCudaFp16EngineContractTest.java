package org.jft.parity;

import java.util.Set;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.cuda.EmulatedCuda;

/** The same in float16, with convolutions that leave sums. */
class EmulatedCudaFp16EngineContractTest extends EngineContract {
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

    /** The emulation's own objects are in the way. */
    @Override
    Set<Lack> lacks() {
        return Set.of(Lack.STEADY_MEMORY);
    }
}
