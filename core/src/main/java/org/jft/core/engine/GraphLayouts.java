package org.jft.core.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads the layout of DL4J's flat parameter vector off an initialised graph. */
public final class GraphLayouts {
    private GraphLayouts() {}

    /** Returns the slices in the order they lie in {@code graph.params()}. */
    public static ParameterLayout of(ComputationGraph graph) {
        List<Slice> slices = new ArrayList<>();
        for (Layer layer : graph.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            boolean normalization =
                    layer.conf().getLayer()
                            instanceof org.deeplearning4j.nn.conf.layers.BatchNormalization;
            for (Map.Entry<String, INDArray> entry : layer.paramTable().entrySet()) {
                INDArray view = entry.getValue();
                Kind kind =
                        normalization ? normalizationKind(entry.getKey()) : kind(entry.getKey());
                slices.add(
                        new Slice(
                                name,
                                kind,
                                Math.toIntExact(view.offset()),
                                Math.toIntExact(view.length()),
                                shape(kind, view)));
            }
        }
        slices.sort(Comparator.comparingInt(Slice::offset));
        return new ParameterLayout(slices);
    }

    private static List<Long> shape(Kind kind, INDArray view) {
        return kind == Kind.WEIGHT
                ? Arrays.stream(view.shape()).boxed().toList()
                : List.of(view.length());
    }

    private static Kind kind(String key) {
        return key.equals(ConvolutionParamInitializer.BIAS_KEY) ? Kind.BIAS : Kind.WEIGHT;
    }

    private static Kind normalizationKind(String key) {
        return switch (key) {
            case BatchNormalizationParamInitializer.GAMMA -> Kind.SCALE;
            case BatchNormalizationParamInitializer.BETA -> Kind.SHIFT;
            case BatchNormalizationParamInitializer.GLOBAL_MEAN -> Kind.RUNNING_MEAN;
            case BatchNormalizationParamInitializer.GLOBAL_VAR -> Kind.RUNNING_VARIANCE;
            default ->
                    throw new IllegalArgumentException(
                            "batch norm parameter %s has no running-variance form; use useLogStd(false)"
                                    .formatted(key));
        };
    }
}
