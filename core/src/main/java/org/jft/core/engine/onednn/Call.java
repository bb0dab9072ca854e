package org.jft.core.engine.onednn;

import java.nio.FloatBuffer;
import java.util.List;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Pass;

/** What the caller of one pass gave; the kernels at the borders of the network read it. */
final class Call {
    private List<EngineInput> inputs = List.of();
    private List<FloatBuffer> outputGradients = List.of();
    private long draw;

    void forward(List<EngineInput> given, Pass pass) {
        inputs = given;
        draw = pass.draw();
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

    /** Returns which dropout masks the pass takes. */
    long draw() {
        return draw;
    }
}
