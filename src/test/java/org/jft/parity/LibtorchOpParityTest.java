package org.jft.parity;

import org.jft.core.engine.EngineFactory;

/** libtorch's own float32 within the bounds that engines are held to. */
class LibtorchOpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "libtorch";
    }

    @Override
    EngineFactory factory() {
        return new LibtorchEngine.Factory();
    }
}
