package org.jft.parity;

import org.jft.core.config.EngineConfig.Precision;

/** The same rounded to bfloat16. */
class LibtorchBf16TrainingTest extends LibtorchTrainingTest {
    @Override
    Precision precision() {
        return Precision.BF16;
    }
}
