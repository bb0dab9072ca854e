package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;

/** The onednn engine in bfloat16, op by op. */
class OneDnnBf16OpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Precision precision() {
        return Precision.BF16;
    }
}
