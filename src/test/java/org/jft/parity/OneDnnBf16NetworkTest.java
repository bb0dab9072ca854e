package org.jft.parity;

/** Whole networks on the onednn engine in bfloat16. */
class OneDnnBf16NetworkTest extends Bf16NetworkContract {
    @Override
    String engineName() {
        return "onednn";
    }
}
