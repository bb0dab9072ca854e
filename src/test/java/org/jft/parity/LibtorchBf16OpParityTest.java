package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;

/** float32 with every activation rounded to bfloat16 within the bounds of bf16 engines. */
class LibtorchBf16OpParityTest extends LibtorchOpParityTest {
    @Override
    Precision precision() {
        return Precision.BF16;
    }
}
