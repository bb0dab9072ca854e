package org.jft.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hashing;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Draws the initial weights from the graph's seed. DL4J draws too, but its parallel generator gives
 * other numbers on each run, and a run must be repeatable from its seed alone. Each layer has a
 * generator of its own, so that a new head does not change the backbone's start.
 */
public final class WeightDraw {
    private WeightDraw() {}

    /**
     * Fills a vector with a graph's start: what {@link #into} draws, and DL4J's own values for all
     * else.
     *
     * @param parameters flat, in the order of {@code layout}
     */
    public static void initial(
            FloatBuffer parameters, ParameterLayout layout, ComputationGraphConfiguration graph) {
        if (layout.length() == 0) {
            return;
        }
        ComputationGraph network = new ComputationGraph(withoutDraws(graph));
        // Over an array of ours: one that DL4J makes itself cannot be closed.
        try (INDArray values = Nd4j.createUninitialized(graph.getDataType(), 1, layout.length())) {
            network.init(values, false);
            for (Layer layer : network.getLayers()) {
                if (layer.numParams() > 0) {
                    layer.conf().getLayer().initializer().init(layer.conf(), layer.params(), true);
                }
            }
            parameters.duplicate().put(values.data().asNioFloat().limit(layout.length()));
        }
        into(parameters, layout, graph);
    }

    /**
     * Returns the same graph with zeros where {@link #into} draws. DL4J's own draw makes an array
     * for each weight and leaves it to the garbage collector: off the heap, as much memory again as
     * all parameters, that nothing hurries to free.
     */
    private static ComputationGraphConfiguration withoutDraws(ComputationGraphConfiguration graph) {
        ComputationGraphConfiguration zeros = graph.clone();
        for (GraphVertex vertex : zeros.getVertices().values()) {
            drawn(vertex).ifPresent(layer -> layer.setWeightInitFn(new WeightInitConstant(0)));
        }
        return zeros;
    }

    /** Returns the layer of a vertex if the weights are drawn here. */
    private static Optional<BaseLayer> drawn(GraphVertex vertex) {
        return vertex instanceof LayerVertex of
                        && of.getLayerConf().getLayer() instanceof BaseLayer layer
                        && layer.getWeightInitFn() instanceof WeightInitDistribution
                ? Optional.of(layer)
                : Optional.empty();
    }

    /**
     * Overwrites the weights of layers that the configuration gives a normal distribution; biases,
     * batch-norm parameters and other layers keep what DL4J gave them.
     *
     * @param parameters flat, in the order of {@code layout}
     */
    public static void into(
            FloatBuffer parameters, ParameterLayout layout, ComputationGraphConfiguration graph) {
        long seed = graph.getDefaultConfiguration().getSeed();
        for (Slice slice : layout.slices()) {
            if (slice.kind() == Kind.WEIGHT) {
                drawn(graph.getVertices().get(slice.layer()))
                        .ifPresent(layer -> draw(parameters, slice, layer.getWeightInitFn(), seed));
            }
        }
    }

    private static void draw(FloatBuffer parameters, Slice slice, IWeightInit init, long seed) {
        // The distribution has no getter; its JSON is as public as the configuration's.
        JsonNode distribution =
                NeuralNetConfiguration.mapper().valueToTree(init).path("distribution");
        checkArgument(
                distribution.has("mean") && distribution.has("std"),
                "the weights of %s are not drawn from a normal distribution: %s",
                slice.layer(),
                distribution);
        double mean = distribution.path("mean").asDouble();
        double std = distribution.path("std").asDouble();
        long layerSeed =
                Hashing.sipHash24(seed, 0)
                        .hashString(slice.layer(), StandardCharsets.UTF_8)
                        .asLong();
        Random random = new Random(layerSeed);
        for (int i = 0; i < slice.length(); i++) {
            double value = mean + std * random.nextGaussian();
            parameters.put(slice.offset() + i, (float) value);
        }
    }
}
