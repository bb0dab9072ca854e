package org.jft.bench.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.failure.ConfigException;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/**
 * A DL4J graph run by libtorch's functions, vertex by vertex, in training mode. One input, one
 * output. Knows what the ResNets are made of and refuses anything else by name.
 */
final class LibtorchGraph {
    /** A parameter's place: which layer, which role in it. */
    record Key(String layer, Kind kind) {}

    private interface Function {
        Tensor apply(List<Tensor> inputs);
    }

    private record Step(String name, List<String> inputs, Function function) {}

    private static final long[] ONE = {1, 1};

    private final ComputationGraphConfiguration graph;
    private final Map<Key, Tensor> parameters;
    private final List<Step> steps = new ArrayList<>();
    private final String input;
    private final String output;

    /**
     * Compiles a graph.
     *
     * @param parameters as torch shapes them: convolution [out, in, kh, kw], dense [out, in]
     */
    LibtorchGraph(ComputationGraphConfiguration graph, Map<Key, Tensor> parameters) {
        this.graph = graph;
        this.parameters = parameters;
        input = graph.getNetworkInputs().get(0);
        output = graph.getNetworkOutputs().get(0);
        Set<String> ordered = new LinkedHashSet<>();
        order(output, ordered);
        for (String name : ordered) {
            List<String> inputs = graph.getVertexInputs().get(name);
            steps.add(new Step(name, inputs, function(name, graph.getVertices().get(name))));
        }
    }

    /** Runs forward, recording what backward needs. */
    Tensor forward(Tensor images) {
        Map<String, Tensor> values = new HashMap<>();
        values.put(input, images);
        for (Step step : steps) {
            values.put(
                    step.name(),
                    step.function().apply(step.inputs().stream().map(values::get).toList()));
        }
        return values.get(output);
    }

    /** Adds a vertex behind all it depends on. */
    private void order(String name, Set<String> ordered) {
        if (!name.equals(input) && !ordered.contains(name)) {
            graph.getVertexInputs().get(name).forEach(before -> order(before, ordered));
            ordered.add(name);
        }
    }

    private Function function(String name, GraphVertex vertex) {
        if (vertex instanceof ElementWiseVertex add
                && add.getOp() == ElementWiseVertex.Op.Add
                && graph.getVertexInputs().get(name).size() == 2) {
            boolean inPlace = overwritable(graph.getVertexInputs().get(name).get(0));
            return in -> inPlace ? in.get(0).add_(in.get(1)) : in.get(0).add(in.get(1));
        }
        if (vertex instanceof LayerVertex layer && layer.getPreProcessor() == null) {
            return function(name, layer.getLayerConf().getLayer());
        }
        throw unknown(name, vertex);
    }

    private Function function(String name, Layer layer) {
        if (layer instanceof ConvolutionLayer convolution) {
            return convolution(name, convolution);
        }
        if (layer instanceof BatchNormalization norm) {
            return batchNorm(name, norm);
        }
        if (layer instanceof DenseLayer) {
            Tensor weight = parameter(name, Kind.WEIGHT);
            TensorOptional bias = new TensorOptional(parameter(name, Kind.BIAS));
            return in -> torch.linear(in.get(0), weight, bias);
        }
        if (layer instanceof ActivationLayer activation
                && activation.getActivationFn() instanceof ActivationReLU) {
            boolean inPlace = overwritable(graph.getVertexInputs().get(name).get(0));
            return in -> inPlace ? in.get(0).relu_() : in.get(0).relu();
        }
        if (layer instanceof SubsamplingLayer pool && pool.getPoolingType() == PoolingType.MAX) {
            long[] kernel = longs(pool.getKernelSize());
            long[] stride = longs(pool.getStride());
            long[] padding = longs(pool.getPadding());
            return in -> torch.max_pool2d(in.get(0), kernel, stride, padding, ONE, false);
        }
        if (layer instanceof GlobalPoolingLayer pool && pool.getPoolingType() == PoolingType.AVG) {
            return in -> torch.flatten(torch.adaptive_avg_pool2d(in.get(0), ONE), 1, -1);
        }
        throw unknown(name, layer);
    }

    private Function convolution(String name, ConvolutionLayer layer) {
        Tensor weight = parameter(name, Kind.WEIGHT);
        TensorOptional bias =
                layer.hasBias()
                        ? new TensorOptional(parameter(name, Kind.BIAS))
                        : new TensorOptional();
        long[] stride = longs(layer.getStride());
        long[] padding = longs(layer.getPadding());
        long[] dilation = longs(layer.getDilation());
        return in -> torch.conv2d(in.get(0), weight, bias, stride, padding, dilation, 1);
    }

    private Function batchNorm(String name, BatchNormalization layer) {
        TensorOptional scale = new TensorOptional(parameter(name, Kind.SCALE));
        TensorOptional shift = new TensorOptional(parameter(name, Kind.SHIFT));
        TensorOptional mean = new TensorOptional(parameter(name, Kind.RUNNING_MEAN));
        TensorOptional variance = new TensorOptional(parameter(name, Kind.RUNNING_VARIANCE));
        double momentum = 1 - layer.getDecay();
        double epsilon = layer.getEps();
        return in ->
                torch.batch_norm(
                        in.get(0), scale, shift, mean, variance, true, momentum, epsilon, false);
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
        return readers == 1 && (norm || vertex instanceof ElementWiseVertex);
    }

    private Tensor parameter(String layer, Kind kind) {
        return parameters.get(new Key(layer, kind));
    }

    private static ConfigException unknown(String name, Object what) {
        return new ConfigException(
                "the peer libtorch cannot run %s, a %s"
                        .formatted(name, what.getClass().getSimpleName()));
    }

    private static long[] longs(int[] values) {
        return new long[] {values[0], values[1]};
    }
}
