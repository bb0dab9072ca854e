package org.jft.parity;

import java.util.Set;

/** The onednn engine over several steps and in a chain. */
class OneDnnTrainingTest extends TrainingContract {
    @Override
    String engineName() {
        return "onednn";
    }

    @Override
    Set<Lack> lacks() {
        return OneDnnOpParityTest.LACKS;
    }
}
