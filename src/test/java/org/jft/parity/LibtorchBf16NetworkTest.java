package org.jft.parity;

import org.jft.core.engine.EngineFactory;

/** libtorch's own bfloat16 kernels. */
class LibtorchBf16NetworkTest extends Bf16NetworkContract {
    @Override
    String engineName() {
        return "libtorch";
    }

    @Override
    EngineFactory factory() {
        return new LibtorchEngine.Factory();
    }
}
