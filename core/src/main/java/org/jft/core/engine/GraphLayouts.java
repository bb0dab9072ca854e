package org.jft.core.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.failure.ConfigException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Reads the layout of DL4J's flat parameter vector off a graph. */
public final class GraphLayouts {
    private GraphLayouts() {}

    /**
     * Returns the slices of a graph that nobody has initialised. No weights are drawn, and the
     * memory they would lie in is reserved but never touched.
     *
     * @throws ConfigException naming a batch norm whose statistics have a form no engine knows
     */
    public static ParameterLayout of(ComputationGraphConfiguration conf) {
        ComputationGraph graph = new ComputationGraph(conf.clone());
        long length = conf.getVertices().values().stream().mapToLong(v -> v.numParams(true)).sum();
        if (length == 0) {
            graph.init();
            return of(graph);
        }
        try (INDArray untouched = Nd4j.createUninitialized(conf.getDataType(), 1, length)) {
            graph.init(untouched, false);
            return of(graph);
        }
    }

    /** Returns the slices in the order they lie in {@code graph.params()}. */
    public static ParameterLayout of(ComputationGraph graph) {
        List<Slice> slices = new ArrayList<>();
        for (Layer layer : graph.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            boolean normalization =
                    layer.conf().getLayer()
                                    instanceof org.deeplearning4j.nn.conf.layers.BatchNormalization
                            || layer.conf().getLayer() instanceof GroupNormalization;
            for (Map.Entry<String, INDArray> entry : layer.paramTable().entrySet()) {
                INDArray view = entry.getValue();
                Kind kind =
                        normalization
                                ? normalizationKind(name, entry.getKey())
                                : kind(entry.getKey());
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

    private static Kind normalizationKind(String layer, String key) {
        return switch (key) {
            case BatchNormalizationParamInitializer.GAMMA -> Kind.SCALE; // of group norms, too
            case BatchNormalizationParamInitializer.BETA -> Kind.SHIFT;
            case BatchNormalizationParamInitializer.GLOBAL_MEAN -> Kind.RUNNING_MEAN;
            case BatchNormalizationParamInitializer.GLOBAL_VAR -> Kind.RUNNING_VARIANCE;
            default ->
                    throw new ConfigException(
                            "batch norm '%s' keeps a %s, not a running variance; use useLogStd(false)"
                                    .formatted(layer, key));
        };
    }
}
