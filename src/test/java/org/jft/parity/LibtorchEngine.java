package org.jft.parity;

import static com.google.common.base.Preconditions.checkState;

import java.nio.FloatBuffer;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.Pass;
import org.jft.core.engine.WeightDraw;
import org.jft.parity.LibtorchNetwork.Step;
import org.jft.parity.LibtorchNetwork.Type;

/**
 * libtorch behind the engine contract, in float32 or rounded to bfloat16: what the parity tests
 * themselves are tried on, and what says that their bounds can be met. Slow: backward runs forward
 * again.
 */
final class LibtorchEngine implements Engine {
    /** Makes them. */
    static final class Factory implements EngineFactory {
        @Override
        public String name() {
            return "libtorch";
        }

        @Override
        public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
            return new LibtorchEngine(
                    network, config.precision() == Precision.FP32 ? Type.FLOAT : Type.BFLOAT16);
        }

        @Override
        public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
            throw new UnsupportedOperationException();
        }

        @Override
        public double matrixMultiplyFlops(EngineConfig config) {
            throw new UnsupportedOperationException();
        }
    }

    private final ParameterLayout layout;
    private final LibtorchNetwork network;
    private final FloatBuffer parameters;
    private final FloatBuffer gradients;
    private List<float[]> inputs; // of the forward pass that waits for its backward
    private Step step;
    private boolean closed;

    private LibtorchEngine(NetworkSpec spec, Type type) {
        ComputationGraph graph = new ComputationGraph(spec.graph().clone());
        graph.init();
        layout = GraphLayouts.of(graph).withFrozenLayers(spec.frozenLayers());
        network = new LibtorchNetwork(spec, layout, type);
        parameters = Draw.direct(graph.params().dup().data().asFloat());
        gradients = Draw.direct(new float[layout.length()]);
        WeightDraw.into(parameters, layout, spec.graph());
    }

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public FloatBuffer parameters() {
        return parameters.duplicate();
    }

    @Override
    public FloatBuffer gradients() {
        return gradients.duplicate();
    }

    @Override
    public List<FloatBuffer> forward(List<EngineInput> fed, Pass pass) {
        checkState(!closed, "the engine is closed");
        List<float[]> now =
                fed.stream()
                        .map(input -> Floats.copy(((EngineInput.Tensor) input).values()))
                        .toList();
        inputs = pass.training() ? now : null;
        return network.forward(Floats.copy(parameters), now, pass.training()).stream()
                .map(LibtorchEngine::direct)
                .toList();
    }

    @Override
    public void backward(List<FloatBuffer> outputGradients, GradientListener onReady) {
        checkState(inputs != null, "backward needs a forward pass that trains");
        step =
                network.step(
                        Floats.copy(parameters),
                        inputs,
                        outputGradients.stream().map(Floats::copy).toList());
        inputs = null;
        gradients.duplicate().put(direct(step.gradients()));
        onReady.onReady(0, layout.length());
    }

    @Override
    public FloatBuffer inputGradient(int input) {
        checkState(!step.inputGradients().isEmpty(), "compiled without input gradients");
        return direct(step.inputGradients().get(input));
    }

    @Override
    public void close() {
        closed = true;
    }

    private static FloatBuffer direct(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return Draw.direct(floats);
    }
}
