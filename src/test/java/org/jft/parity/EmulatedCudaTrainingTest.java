package org.jft.parity;

/** The cuda engine on an emulated GPU over several steps and in a chain. */
class EmulatedCudaTrainingTest extends TrainingContract {
    @Override
    String engineName() {
        return "cuda";
    }
}
