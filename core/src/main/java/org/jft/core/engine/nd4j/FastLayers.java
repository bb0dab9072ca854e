package org.jft.core.engine.nd4j;

import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.jft.core.failure.ConfigException;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * Swaps layers of an initialised graph for ones over libnd4j's operations. Only what those compute
 * exactly is swapped; any other layer stays DL4J's own.
 */
final class FastLayers {
    private FastLayers() {}

    /**
     * Swaps in place; call before {@link ComputationGraph#initGradientsView()}.
     *
     * @param frozen names of layers whose batch norms use their running statistics in training
     * @throws ConfigException naming a frozen batch norm that is not swapped
     */
    static void install(ComputationGraph graph, Set<String> frozen) {
        Layer[] byIndex = graph.getLayers();
        for (GraphVertex vertex : graph.getVertices()) {
            if (!(vertex instanceof LayerVertex layerVertex)) {
                continue;
            }
            Layer stock = layerVertex.getLayer();
            Layer fast = replacement(stock, frozen.contains(vertex.getVertexName()));
            if (fast == stock) {
                continue;
            }
            fast.setParamTable(stock.paramTable());
            fast.setIndex(stock.getIndex());
            layerVertex.setLayer(fast);
            for (int i = 0; i < byIndex.length; i++) {
                byIndex[i] = byIndex[i] == stock ? fast : byIndex[i];
            }
        }
    }

    private static Layer replacement(Layer stock, boolean frozen) {
        if (stock.getClass() == ConvolutionLayer.class) {
            var conf = (org.deeplearning4j.nn.conf.layers.ConvolutionLayer) stock.conf().getLayer();
            boolean exact =
                    conf.getActivationFn() instanceof ActivationIdentity
                            && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
                            && conf.getConvolutionMode() != ConvolutionMode.Causal
                            && !isDilated(conf) // libnd4j hands oneDNN a wrong descriptor
                            && conf.getIDropout() == null
                            && conf.getWeightNoise() == null;
            return exact ? new OpConvolution(stock.conf(), conf) : stock;
        }
        if (stock.getClass() == BatchNormalization.class) {
            var conf =
                    (org.deeplearning4j.nn.conf.layers.BatchNormalization) stock.conf().getLayer();
            boolean exact =
                    conf.getCnn2DFormat() == CNN2DFormat.NCHW
                            && !conf.isLockGammaBeta()
                            && !conf.isUseLogStd();
            if (frozen && !exact) {
                throw new ConfigException(
                        "batch norm '%s' cannot be frozen: only NCHW ones with gamma and beta can"
                                .formatted(conf.getLayerName()));
            }
            return exact ? new OpBatchNormalization(stock.conf(), conf, frozen) : stock;
        }
        return stock;
    }

    private static boolean isDilated(org.deeplearning4j.nn.conf.layers.ConvolutionLayer conf) {
        return conf.getDilation()[0] > 1 || conf.getDilation()[1] > 1;
    }
}
