package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;

/**
 * Up to three ranks whose batch norms are over the rows of all, in bfloat16, against the whole
 * batch.
 */
class OneDnnRanksBf16OpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Precision precision() {
        return Precision.BF16;
    }

    @Override
    EngineFactory factory() {
        return new RanksEngine.Factory(Engines.named("onednn"), 3);
    }
}
