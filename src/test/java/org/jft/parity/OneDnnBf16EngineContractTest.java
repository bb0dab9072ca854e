package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;

/** The same in bfloat16. */
class OneDnnBf16EngineContractTest extends EngineContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Precision precision() {
        return Precision.BF16;
    }
}
