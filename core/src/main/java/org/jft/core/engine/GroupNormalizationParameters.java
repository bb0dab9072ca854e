package org.jft.core.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Where a {@link GroupNormalization} has its parameters: scale, then shift. */
final class GroupNormalizationParameters implements ParamInitializer {
    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return 2 * ((GroupNormalization) layer).getNOut();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return List.of(GroupNormalization.GAMMA, GroupNormalization.BETA);
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return List.of(GroupNormalization.GAMMA);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return List.of(GroupNormalization.BETA);
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return key.equals(GroupNormalization.GAMMA);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return key.equals(GroupNormalization.BETA);
    }

    @Override
    public Map<String, INDArray> init(
            NeuralNetConfiguration conf, INDArray parameters, boolean initialize) {
        Map<String, INDArray> views = views(conf, parameters);
        if (initialize) {
            GroupNormalization layer = (GroupNormalization) conf.getLayer();
            views.get(GroupNormalization.GAMMA).assign(layer.getScale());
            views.get(GroupNormalization.BETA).assign(0);
        }
        views.keySet().forEach(conf::addVariable);
        return views;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(
            NeuralNetConfiguration conf, INDArray gradients) {
        return views(conf, gradients);
    }

    private static Map<String, INDArray> views(NeuralNetConfiguration conf, INDArray flat) {
        long channels = ((GroupNormalization) conf.getLayer()).getNOut();
        INDArray vector = flat.reshape(flat.length());
        Map<String, INDArray> views = new LinkedHashMap<>();
        views.put(GroupNormalization.GAMMA, vector.get(NDArrayIndex.interval(0, channels)));
        views.put(
                GroupNormalization.BETA, vector.get(NDArrayIndex.interval(channels, 2 * channels)));
        return views;
    }
}
