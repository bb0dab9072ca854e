package org.jft.parity;

/** DL4J on the nd4j engine against libtorch. */
class Nd4jEngineParityTest extends EngineParityContract {
    @Override
    String engineName() {
        return "nd4j";
    }
}
