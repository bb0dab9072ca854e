package org.jft.oracle;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.jft.core.engine.BilinearResize;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.failure.ConfigException;

/**
 * A DL4J graph run by libtorch's functions, vertex by vertex, in whatever type its inputs and
 * parameters have. Autograd gives backward: to the parameters and inputs that ask for a gradient.
 * Refuses by name what no compiled engine runs.
 */
public final class LibtorchGraph {
    /** A parameter's place: which layer, which role in it. */
    public record Key(String layer, Kind kind) {}

    private record Step(String name, List<String> inputs, Function function) {}

    private static final int CHANNELS = 1;

    private final ComputationGraphConfiguration graph;
    private final Map<Key, Tensor> parameters;
    private final Set<String> frozen;
    private final Probe probe;
    private final List<Step> steps = new ArrayList<>();

    /**
     * Compiles a graph that is trained as a whole.
     *
     * @param parameters as torch shapes them: convolution [out, in, kh, kw], dense [out, in],
     *     depthwise [kh, kw, in, multiplier]; a batch norm's running statistics move in training,
     *     the variance by torch's count / (count - 1) too far
     */
    public LibtorchGraph(ComputationGraphConfiguration graph, Map<Key, Tensor> parameters) {
        this(graph, parameters, Set.of(), Probe.NONE);
    }

    /**
     * Compiles a graph.
     *
     * @param frozen layers whose batch norms use their running statistics in training, too
     */
    public LibtorchGraph(
            ComputationGraphConfiguration graph,
            Map<Key, Tensor> parameters,
            Set<String> frozen,
            Probe probe) {
        this.graph = graph;
        this.parameters = parameters;
        this.frozen = Set.copyOf(frozen);
        this.probe = probe;
        Set<String> ordered = new LinkedHashSet<>();
        graph.getNetworkOutputs().forEach(output -> order(output, ordered));
        for (String name : ordered) {
            List<String> inputs = graph.getVertexInputs().get(name);
            steps.add(new Step(name, inputs, function(name, graph.getVertices().get(name))));
        }
    }

    /** Runs a network of one input and one output in training mode. */
    public Tensor forward(Tensor images) {
        return forward(List.of(images), true).get(0);
    }

    /**
     * Runs forward, recording what backward needs.
     *
     * @param inputs in the graph's order; images [N, C, H, W], vectors [N, features]
     * @param training batch statistics against running statistics
     * @return one tensor per graph output
     */
    public List<Tensor> forward(List<Tensor> inputs, boolean training) {
        List<String> names = graph.getNetworkInputs();
        checkArgument(inputs.size() == names.size(), "the graph has the inputs %s", names);
        Map<String, Tensor> values = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            values.put(names.get(i), inputs.get(i));
        }
        for (Step step : steps) {
            List<Tensor> operands = step.inputs().stream().map(values::get).toList();
            Tensor result = step.function().apply(operands, training);
            values.put(step.name(), probe.handOn(result));
        }
        return graph.getNetworkOutputs().stream().map(values::get).toList();
    }

    /** Adds a vertex behind all it depends on. */
    private void order(String name, Set<String> ordered) {
        if (!graph.getNetworkInputs().contains(name) && !ordered.contains(name)) {
            graph.getVertexInputs().get(name).forEach(before -> order(before, ordered));
            ordered.add(name);
        }
    }

    private Function function(String name, GraphVertex vertex) {
        if (vertex instanceof ElementWiseVertex add && add.getOp() == ElementWiseVertex.Op.Add) {
            boolean inPlace = overwritable(graph.getVertexInputs().get(name).get(0));
            return (in, training) -> sum(in, inPlace);
        }
        if (vertex instanceof MergeVertex merge && merge.getMergeAxis() == CHANNELS) {
            return (in, training) ->
                    torch.cat(new TensorVector(in.toArray(Tensor[]::new)), CHANNELS);
        }
        if (vertex instanceof BilinearResize resize) {
            long[] size = {resize.height(), resize.width()};
            return (in, training) -> torch.upsample_bilinear2d(in.get(0), size, false);
        }
        if (vertex instanceof LayerVertex layer) {
            Function function = function(name, layer.getLayerConf().getLayer());
            InputPreProcessor before = layer.getPreProcessor();
            if (before == null) {
                return function;
            }
            if (before instanceof CnnToFeedForwardPreProcessor) { // [N, C, H, W] -> [N, C * H * W]
                return (in, training) ->
                        function.apply(List.of(torch.flatten(in.get(0), 1, -1)), training);
            }
            throw unknown(name, before);
        }
        throw unknown(name, vertex);
    }

    private Function function(String name, Layer layer) {
        if (probe == Probe.NONE
                && layer instanceof ActivationLayer activation
                && Activations.isPlainReLU(activation.getActivationFn())
                && overwritable(graph.getVertexInputs().get(name).get(0))) {
            return (in, training) -> in.get(0).relu_();
        }
        return new LayerFunctions(
                        name, kind -> parameters.get(new Key(name, kind)), isFrozen(name), probe)
                .of(layer)
                .orElseThrow(() -> unknown(name, layer));
    }

    private boolean isFrozen(String name) {
        return frozen.contains(name);
    }

    private static Tensor sum(List<Tensor> in, boolean inPlace) {
        Tensor sum = inPlace ? in.get(0).add_(in.get(1)) : in.get(0).add(in.get(1));
        for (Tensor next : in.subList(2, in.size())) {
            sum = sum.add(next);
        }
        return sum;
    }

    /**
     * Returns whether nobody else reads a vertex's output, its own backward pass included: true of
     * batch norms and sums, so torchvision's ReLU and addition overwrite it.
     */
    private boolean overwritable(String name) {
        GraphVertex vertex = graph.getVertices().get(name);
        boolean norm =
                vertex instanceof LayerVertex layer
                        && layer.getLayerConf().getLayer() instanceof BatchNormalization;
        long readers =
                graph.getVertexInputs().values().stream()
                        .flatMap(Collection::stream)
                        .filter(name::equals)
                        .count();
        return readers == 1
                && !graph.getNetworkOutputs().contains(name)
                && (norm || vertex instanceof ElementWiseVertex);
    }

    private static ConfigException unknown(String name, Object what) {
        return new ConfigException(
                "libtorch cannot run %s, a %s".formatted(name, what.getClass().getSimpleName()));
    }
}
