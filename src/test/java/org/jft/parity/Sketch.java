package org.jft.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.jft.core.engine.NetworkSpec;
import org.nd4j.linalg.activations.Activation;

/** A small DL4J graph in the making; every method returns the name of what it adds. */
final class Sketch {
    private final GraphBuilder builder =
            new NeuralNetConfiguration.Builder()
                    .seed(1)
                    .activation(Activation.IDENTITY)
                    .graphBuilder();
    private final List<InputType> inputs = new ArrayList<>();
    private int vertices;

    String image(int channels, int height, int width) {
        return input(InputType.convolutional(height, width, channels));
    }

    String vector(int features) {
        return input(InputType.feedForward(features));
    }

    private String input(InputType type) {
        String name = "in" + inputs.size();
        inputs.add(type);
        builder.addInputs(name);
        return name;
    }

    String layer(String from, Layer layer) {
        String name = name(layer);
        builder.addLayer(name, layer, from);
        return name;
    }

    String vertex(GraphVertex vertex, String... from) {
        String name = name(vertex);
        builder.addVertex(name, vertex, from);
        return name;
    }

    private String name(Object what) {
        return what.getClass().getSimpleName() + vertices++;
    }

    /** Adds a square convolution without bias that keeps the side, but for its stride. */
    String conv(String from, int channels, int kernel, int stride) {
        return layer(
                from,
                new ConvolutionLayer.Builder(kernel, kernel)
                        .nOut(channels)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .hasBias(false)
                        .build());
    }

    String norm(String from) {
        return layer(
                from,
                new BatchNormalization.Builder().eps(1e-5).decay(0.9).useLogStd(false).build());
    }

    String activation(String from, Activation activation) {
        return layer(from, new ActivationLayer.Builder().activation(activation).build());
    }

    String relu(String from) {
        return activation(from, Activation.RELU);
    }

    /** Adds convolution, batch norm, rectifier. */
    String convNormRelu(String from, int channels, int kernel, int stride) {
        return relu(norm(conv(from, channels, kernel, stride)));
    }

    String dense(String from, int features) {
        return layer(from, new DenseLayer.Builder().nOut(features).build());
    }

    String pool(String from, PoolingType type, int kernel, int stride, int padding) {
        return layer(
                from,
                new SubsamplingLayer.Builder(type)
                        .kernelSize(kernel, kernel)
                        .stride(stride, stride)
                        .padding(padding, padding)
                        .build());
    }

    String globalPool(String from, PoolingType type) {
        return layer(from, new GlobalPoolingLayer(type));
    }

    String add(String... from) {
        return vertex(new ElementWiseVertex(ElementWiseVertex.Op.Add), from);
    }

    String concat(String... from) {
        return vertex(new MergeVertex(), from);
    }

    /** Returns the network with gradients down to its inputs. */
    NetworkSpec build(String... outputs) {
        builder.setOutputs(outputs);
        builder.setInputTypes(inputs.toArray(InputType[]::new));
        return new NetworkSpec(builder.build(), inputs, Set.of(), true);
    }
}
