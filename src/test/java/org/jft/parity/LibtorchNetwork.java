package org.jft.parity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.oracle.LibtorchGraph;
import org.jft.oracle.LibtorchGraph.Key;

/** A network on libtorch that speaks flat vectors, as engines do. Holds nothing between calls. */
final class LibtorchNetwork {
    /** What it computes in. */
    enum Type {
        /** The true value, as far as an engine can tell. */
        DOUBLE(ScalarType.Double),
        /** What a good float32 engine reaches. */
        FLOAT(ScalarType.Float),
        /** float32 with activations, their gradients and weights rounded to bfloat16. */
        ROUNDED(ScalarType.Float),
        /** libtorch's own bfloat16 kernels, parameters in float32. */
        BFLOAT16(ScalarType.Float);

        private final ScalarType scalar;

        Type(ScalarType scalar) {
            this.scalar = scalar;
        }
    }

    /**
     * One forward and backward pass.
     *
     * @param gradients flat, as {@link org.jft.core.engine.Engine#gradients} defines them
     * @param inputGradients one per input, or none if the network asks for none
     * @param gap how near any value came to a kink of its activation, or the two largest of a
     *     pooling window to each other
     */
    record Step(
            List<double[]> outputs,
            double[] gradients,
            List<double[]> inputGradients,
            double gap) {}

    private final NetworkSpec network;
    private final ParameterLayout layout;
    private final Type type;

    LibtorchNetwork(NetworkSpec network, ParameterLayout layout, Type type) {
        this.network = network;
        this.layout = layout;
        this.type = type;
    }

    /** Returns the outputs alone. */
    List<double[]> forward(float[] parameters, List<float[]> inputs, boolean training) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            return graph(load(parameters), new ProbedValues(type))
                    .forward(tensors(inputs, false), training)
                    .stream()
                    .map(ProbedValues::read)
                    .toList();
        }
    }

    /** Runs forward in training mode, and backward. */
    Step step(float[] parameters, List<float[]> inputs, List<float[]> outputGradients) {
        try (PointerScope scope = new PointerScope()) {
            Map<Key, Tensor> loaded = load(parameters);
            List<Tensor> fed = tensors(inputs, network.inputGradients());
            ProbedValues probe = new ProbedValues(type);
            List<Tensor> outputs = graph(loaded, probe).forward(fed, true);
            List<Tensor> fedBack = new ArrayList<>();
            List<Tensor> trained = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                if (outputs.get(i).requires_grad()) { // not if all before it is frozen
                    trained.add(outputs.get(i));
                    Tensor output = outputs.get(i);
                    fedBack.add(
                            tensor(outputGradients.get(i), output.shape())
                                    .to(output.scalar_type()));
                }
            }
            if (!trained.isEmpty()) {
                torch.backward(vector(trained), vector(fedBack), new BoolOptional(), false, none());
            }
            double[] gradients = new double[layout.length()];
            for (Slice slice : layout.slices()) {
                double[] part =
                        slice.kind().trainable()
                                ? gradient(loaded.get(new Key(slice.layer(), slice.kind())))
                                : statisticStep(slice, parameters, probe);
                System.arraycopy(part, 0, gradients, slice.offset(), part.length);
            }
            return new Step(
                    outputs.stream().map(ProbedValues::read).toList(),
                    gradients,
                    network.inputGradients()
                            ? fed.stream().map(LibtorchNetwork::gradient).toList()
                            : List.of(),
                    probe.gap());
        }
    }

    private LibtorchGraph graph(Map<Key, Tensor> loaded, ProbedValues probe) {
        return new LibtorchGraph(network.graph(), loaded, network.frozenLayers(), probe);
    }

    private Map<Key, Tensor> load(float[] parameters) {
        Map<Key, Tensor> loaded = new HashMap<>();
        for (Slice slice : layout.slices()) {
            float[] values = new float[slice.length()];
            System.arraycopy(parameters, slice.offset(), values, 0, values.length);
            long[] shape = slice.shape().stream().mapToLong(Long::longValue).toArray();
            if (slice.kind() == Kind.WEIGHT && shape.length == 2) {
                // [in, out] column by column is [out, in] row by row.
                shape = new long[] {shape[1], shape[0]};
            }
            Tensor tensor = tensor(values, shape);
            if (type == Type.ROUNDED && slice.kind() == Kind.WEIGHT) {
                tensor = ProbedValues.rounded(tensor);
            }
            loaded.put(
                    new Key(slice.layer(), slice.kind()),
                    tensor.set_requires_grad(slice.trainable()));
        }
        return loaded;
    }

    private List<Tensor> tensors(List<float[]> inputs, boolean gradients) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            long[] shape = network.inputTypes().get(i).getShape(true);
            long row = network.inputTypes().get(i).arrayElementsPerExample();
            shape[0] = inputs.get(i).length / row;
            Tensor tensor = tensor(inputs.get(i), shape);
            if (type == Type.ROUNDED) {
                tensor = ProbedValues.rounded(tensor);
            } else if (type == Type.BFLOAT16) {
                tensor = tensor.to(ScalarType.BFloat16);
            }
            tensors.add(tensor.set_requires_grad(gradients));
        }
        return tensors;
    }

    private double[] statisticStep(Slice slice, float[] parameters, ProbedValues probe) {
        double[] step = new double[slice.length()];
        ProbedValues.Statistics batch = probe.statistics().get(slice.layer());
        if (batch != null) { // a frozen norm has none
            double[] now = slice.kind() == Kind.RUNNING_MEAN ? batch.mean() : batch.variance();
            var vertex = (LayerVertex) network.graph().getVertices().get(slice.layer());
            var norm = (BatchNormalization) vertex.getLayerConf().getLayer();
            for (int i = 0; i < step.length; i++) {
                step[i] = (1 - norm.getDecay()) * (parameters[slice.offset() + i] - now[i]);
            }
        }
        return step;
    }

    private Tensor tensor(float[] values, long... shape) {
        return Tensor.create(values, shape).to(type.scalar);
    }

    private static double[] gradient(Tensor leaf) {
        Tensor gradient = leaf.grad();
        return gradient.defined() ? ProbedValues.read(gradient) : new double[(int) leaf.numel()];
    }

    private static TensorVector vector(List<Tensor> tensors) {
        return new TensorVector(tensors.toArray(Tensor[]::new));
    }

    private static TensorVector none() {
        return new TensorVector();
    }
}
