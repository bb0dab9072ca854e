package org.jft.parity;

import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;

/** Up to three ranks whose batch norms are over the rows of all, against the whole batch. */
class OneDnnRanksOpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    EngineFactory factory() {
        return new RanksEngine.Factory(Engines.named("onednn"), 3);
    }
}
