package org.jft.parity;

/** The onednn engine in float32, op by op. */
class OneDnnOpParityTest extends OpParityContract {
    @Override
    String engineName() {
        return "onednn";
    }
}
