package org.jft.core.engine.onednn;

import java.nio.FloatBuffer;
import java.util.List;
import org.jft.core.engine.EngineInput;

/** What the caller of one pass gave; the kernels at the borders of the network read it. */
final class Call {
    private List<EngineInput> inputs = List.of();
    private List<FloatBuffer> outputGradients = List.of();
    private long trainingPasses;

    void forward(List<EngineInput> given, boolean training) {
        inputs = given;
        trainingPasses += training ? 1 : 0;
    }

    void backward(List<FloatBuffer> given) {
        outputGradients = given;
    }

    EngineInput input(int index) {
        return inputs.get(index);
    }

    FloatBuffer outputGradient(int index) {
        return outputGradients.get(index);
    }

    /** Returns how many training passes have begun. */
    long trainingPasses() {
        return trainingPasses;
    }
}
