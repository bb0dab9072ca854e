package org.jft.parity;

import org.jft.core.engine.EngineFactory;

/** libtorch's own float32 over several steps, and two of its networks in a chain. */
class LibtorchTrainingTest extends TrainingContract {
    @Override
    String engineName() {
        return "libtorch";
    }

    @Override
    EngineFactory factory() {
        return new LibtorchEngine.Factory();
    }
}
