package org.jft.parity;

import java.util.Set;

/** The nd4j engine over several steps. */
class Nd4jTrainingTest extends TrainingContract {
    @Override
    String engineName() {
        return "nd4j";
    }

    @Override
    Set<Lack> lacks() {
        return Nd4jOpParityTest.LACKS;
    }
}
