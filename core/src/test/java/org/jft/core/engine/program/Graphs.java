package org.jft.core.engine.program;

import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;

/** Small graphs for tests. */
final class Graphs {
    static final InputType IMAGE = InputType.convolutional(7, 10, 3); // height, width, channels

    private Graphs() {}

    /** One layer "it" between the input "image" and the output. */
    static NetworkSpec of(Layer layer) {
        return of(layer, IMAGE);
    }

    static NetworkSpec of(Layer layer, InputType input) {
        return of(graph -> graph.addLayer("it", layer, "image").setOutputs("it"), input);
    }

    /** One vertex "it" between the input "image" and the output. */
    static NetworkSpec of(GraphVertex vertex, String... inputs) {
        return of(graph -> graph.addVertex("it", vertex, inputs).setOutputs("it"), IMAGE);
    }

    /** A graph over the inputs "image", or "image" and "second". */
    static NetworkSpec of(Consumer<GraphBuilder> vertices, InputType... inputs) {
        GraphBuilder graph =
                new NeuralNetConfiguration.Builder()
                        .seed(7)
                        .updater(new NoOp())
                        .weightInit(WeightInit.RELU)
                        .activation(Activation.IDENTITY)
                        .convolutionMode(ConvolutionMode.Truncate)
                        .graphBuilder()
                        .addInputs(List.of("image", "second").subList(0, inputs.length))
                        .setInputTypes(inputs)
                        .allowDisconnected(true)
                        .validateOutputLayerConfig(false);
        vertices.accept(graph);
        return NetworkSpec.of(graph.build(), List.of(inputs));
    }

    static ParameterLayout layout(NetworkSpec network) {
        return GraphLayouts.of(network.graph());
    }

    static Program lower(NetworkSpec network) {
        return Lowering.lower(network, layout(network));
    }
}
