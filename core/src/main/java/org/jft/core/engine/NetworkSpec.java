package org.jft.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.jft.core.config.Nearest;
import org.jft.core.failure.ConfigException;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * What an engine compiles: a DL4J graph without a loss, the shape of one row of each input (DL4J's
 * configuration forgets it), and how much of backward is wanted.
 *
 * @param frozenLayers layers whose parameters stay: their gradients are zero and their batch norms
 *     use the running statistics in training too; backward ends where nothing before it is trained
 * @param inputGradients whether backward goes on to the inputs, for a graph chained behind another
 */
public record NetworkSpec(
        ComputationGraphConfiguration graph,
        List<InputType> inputTypes,
        Set<String> frozenLayers,
        boolean inputGradients) {
    public NetworkSpec {
        inputTypes = List.copyOf(inputTypes);
        frozenLayers = Set.copyOf(frozenLayers);
        checkArgument(
                inputTypes.size() == graph.getNetworkInputs().size(),
                "the graph has the inputs %s, but %s shapes were given",
                graph.getNetworkInputs(),
                inputTypes.size());
        for (String layer : frozenLayers) {
            checkArgument(graph.getVertices().containsKey(layer), "no layer '%s' to freeze", layer);
        }
    }

    /** Returns a network that is trained as a whole. */
    public static NetworkSpec of(ComputationGraphConfiguration graph, List<InputType> inputTypes) {
        return new NetworkSpec(graph, inputTypes, Set.of(), false);
    }

    /** Returns a network over square RGB images. */
    public static NetworkSpec ofImages(ComputationGraphConfiguration graph, int size) {
        return of(graph, List.of(InputType.convolutional(size, size, 3)));
    }

    /**
     * Returns this network without its last layer: it gives what that layer reads, of a classifier
     * the pooled features, [N, width]. The other layers keep their names.
     *
     * @throws IllegalArgumentException unless the graph ends in one vertex with one input
     */
    public NetworkSpec withoutHead() {
        ComputationGraphConfiguration cut = graph.clone();
        List<String> heads = cut.getNetworkOutputs();
        checkArgument(heads.size() == 1, "the graph has the outputs %s, not one", heads);
        String head = heads.get(0);
        List<String> features = cut.getVertexInputs().remove(head);
        checkArgument(features.size() == 1, "'%s' has the inputs %s, not one", head, features);
        cut.getVertices().remove(head);
        cut.setNetworkOutputs(features);
        cut.setTopologicalOrder(null); // DL4J's own, of the graph as it was
        cut.setTopologicalOrderStr(null);
        return new NetworkSpec(cut, inputTypes, frozenLayers, inputGradients);
    }

    /**
     * Returns the layer that {@link #withoutHead} leaves away as a network of its own, over the
     * features, with some of its outputs: a slice of a classifier. Weights start at zero, for the
     * caller to fill; backward goes on to the features.
     *
     * @throws IllegalArgumentException unless the graph ends in one dense layer over a vector
     */
    public NetworkSpec headOf(int outputs) {
        List<String> heads = graph.getNetworkOutputs();
        checkArgument(heads.size() == 1, "the graph has the outputs %s, not one", heads);
        String head = heads.get(0);
        checkArgument(
                graph.getVertices().get(head) instanceof LayerVertex vertex
                        && vertex.getPreProcessor() == null
                        && vertex.getLayerConf().getLayer().getClass() == DenseLayer.class,
                "'%s' is no dense layer over a vector",
                head);
        LayerVertex vertex = (LayerVertex) graph.getVertices().get(head);
        DenseLayer slice = (DenseLayer) vertex.getLayerConf().getLayer().clone();
        slice.setNOut(outputs);
        slice.setWeightInitFn(new WeightInitConstant(0));
        InputType features = InputType.feedForward(slice.getNIn());
        ComputationGraphConfiguration alone =
                new NeuralNetConfiguration.Builder()
                        .seed(graph.getDefaultConfiguration().getSeed())
                        .dataType(graph.getDataType())
                        .updater(new NoOp())
                        .graphBuilder()
                        .addInputs("features")
                        .addLayer(head, slice, "features")
                        .setOutputs(head)
                        .validateOutputLayerConfig(false) // the loss lives outside
                        .setInputTypes(features)
                        .build();
        return of(alone, List.of(features)).withInputGradients();
    }

    /** Returns this network with the given layers frozen. */
    public NetworkSpec withFrozenLayers(Set<String> layers) {
        return new NetworkSpec(graph, inputTypes, layers, inputGradients);
    }

    /**
     * Returns this network with a vertex and everything before it frozen, and nothing else.
     *
     * @throws ConfigException if there is no such vertex
     */
    public NetworkSpec withFrozenUpTo(String vertex) {
        Set<String> vertices = graph.getVertices().keySet();
        if (!vertices.contains(vertex)) {
            throw new ConfigException(
                    "no vertex '%s' to freeze up to; the nearest is '%s'"
                            .formatted(vertex, Nearest.to(vertex, vertices)));
        }
        Set<String> frozen = new HashSet<>();
        Deque<String> ahead = new ArrayDeque<>(List.of(vertex));
        while (!ahead.isEmpty()) {
            String next = ahead.pop();
            // Inputs of the graph are no vertices with inputs of their own.
            if (vertices.contains(next) && frozen.add(next)) {
                ahead.addAll(graph.getVertexInputs().get(next));
            }
        }
        return withFrozenLayers(frozen);
    }

    /** Returns this network with backward going on to the inputs. */
    public NetworkSpec withInputGradients() {
        return new NetworkSpec(graph, inputTypes, frozenLayers, true);
    }
}
