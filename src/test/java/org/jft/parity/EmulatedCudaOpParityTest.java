package org.jft.parity;

/** The cuda engine on an emulated GPU in float32, op by op. */
class EmulatedCudaOpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "cuda";
    }
}
