package org.jft.parity;

/** The onednn engine over several steps and in a chain. */
class OneDnnTrainingTest extends TrainingContract {
    @Override
    String engineName() {
        return "onednn";
    }
}
