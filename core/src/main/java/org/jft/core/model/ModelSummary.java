package org.jft.core.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jft.core.engine.GroupNormalization;
import org.jft.core.engine.StandardizedConvolution;

/**
 * The size of a network, counted from its configuration; nothing is allocated.
 *
 * @param trainableParameters what papers and torchvision quote
 * @param totalParameters with the running statistics of batch norms, as DL4J counts
 * @param forwardMultiplyAdds of one image, convolutions and dense layers only, padding counted as
 *     work; a training step costs about three times as much
 * @param activationElements floats of one image over the outputs of all vertices, input excluded
 */
public record ModelSummary(
        long trainableParameters,
        long totalParameters,
        long forwardMultiplyAdds,
        long activationElements) {

    /** Returns forward operations of one image, a multiply and an add being two. */
    public long forwardFlops() {
        return 2 * forwardMultiplyAdds;
    }

    /**
     * Counts.
     *
     * @param inputTypes shape of one row of each graph input (DL4J's configuration forgets it)
     */
    public static ModelSummary of(ComputationGraphConfiguration graph, List<InputType> inputTypes) {
        // On a copy: DL4J writes what it derives from the input types into the configuration.
        ComputationGraphConfiguration copy = graph.clone();
        Map<String, InputType> outputs =
                copy.getLayerActivationTypes(inputTypes.toArray(InputType[]::new));
        long trainable = 0;
        long total = 0;
        long multiplyAdds = 0;
        long activations = 0;
        for (Map.Entry<String, GraphVertex> entry : copy.getVertices().entrySet()) {
            InputType output = outputs.get(entry.getKey());
            activations += output.arrayElementsPerExample();
            if (!(entry.getValue() instanceof LayerVertex vertex)) {
                continue;
            }
            Layer layer = vertex.getLayerConf().getLayer();
            long parameters = layer.initializer().numParams(layer);
            total += parameters;
            trainable += parameters - runningStatistics(layer);
            multiplyAdds += multiplyAdds(entry.getKey(), layer, parameters, output);
        }
        return new ModelSummary(trainable, total, multiplyAdds, activations);
    }

    private static long runningStatistics(Layer layer) {
        return layer instanceof BatchNormalization norm ? 2 * norm.getNOut() : 0;
    }

    private static long multiplyAdds(String name, Layer layer, long parameters, InputType output) {
        if (parameters == 0
                || layer instanceof BatchNormalization
                || layer instanceof GroupNormalization) {
            return 0;
        }
        if (layer.getClass() == ConvolutionLayer.class
                || layer instanceof StandardizedConvolution) {
            return weights((ConvolutionLayer) layer) * positions(output);
        }
        checkArgument(
                layer instanceof DenseLayer,
                "cannot count the multiply-adds of layer '%s', a %s",
                name,
                layer.getClass().getSimpleName());
        DenseLayer dense = (DenseLayer) layer;
        return dense.getNIn() * dense.getNOut();
    }

    private static long weights(ConvolutionLayer layer) {
        int[] kernel = layer.getKernelSize();
        return layer.getNIn() * layer.getNOut() * kernel[0] * kernel[1];
    }

    private static long positions(InputType type) {
        InputTypeConvolutional image = (InputTypeConvolutional) type;
        return image.getHeight() * image.getWidth();
    }
}
