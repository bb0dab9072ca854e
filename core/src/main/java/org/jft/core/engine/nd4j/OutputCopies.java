package org.jft.core.engine.nd4j;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * Gives each output that is read again inside the graph, or named twice, a copy of its own. DL4J's
 * backward pass forgets what the readers of an output say: the gradient from outside replaces
 * theirs instead of being added.
 */
final class OutputCopies {
    private OutputCopies() {}

    /**
     * Changes a graph in place. The copies are leaves without parameters: the parameters of the
     * others keep their places.
     */
    static void add(ComputationGraphConfiguration graph) {
        List<String> named = graph.getNetworkOutputs();
        Set<String> read = new HashSet<>(graph.getNetworkInputs());
        graph.getVertexInputs().values().forEach(read::addAll);
        List<String> outputs = new ArrayList<>();
        for (String name : named) {
            boolean twice = named.indexOf(name) != named.lastIndexOf(name);
            outputs.add(twice || read.contains(name) ? copy(graph, name, outputs.size()) : name);
        }
        graph.setNetworkOutputs(outputs);
        graph.setTopologicalOrder(null); // known without the copies
        graph.setTopologicalOrderStr(null);
    }

    private static String copy(ComputationGraphConfiguration graph, String name, int index) {
        String copy = "%s/output%d".formatted(name, index);
        ActivationLayer identity = new ActivationLayer(Activation.IDENTITY);
        identity.setLayerName(copy);
        NeuralNetConfiguration conf = graph.getDefaultConfiguration().clone();
        conf.setLayer(identity);
        graph.getVertices().put(copy, new LayerVertex(conf, null));
        graph.getVertexInputs().put(copy, List.of(name));
        return copy;
    }
}
