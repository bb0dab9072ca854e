package org.jft.core.engine.program;

import static com.google.common.base.Verify.verify;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutionalFlat;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeFeedForward;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.jft.core.engine.BilinearResize;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.failure.ConfigException;

/**
 * Reads a DL4J graph as a {@link Program}. Vertices that no output depends on have no nodes; their
 * parameters stay in the layout and are never touched.
 */
public final class Lowering {
    private static final int CHANNEL_AXIS = 1;

    private final NetworkSpec network;
    private final ComputationGraphConfiguration
            graph; // a copy: DL4J writes what it derives into it
    private final Map<String, InputType> types; // what DL4J expects of each vertex
    private final ProgramBuilder program = new ProgramBuilder();
    private final LayerLowering layers;
    private final Map<String, Value> values = new HashMap<>(); // by vertex or input

    private Lowering(NetworkSpec network, ParameterLayout layout) {
        this.network = network;
        graph = network.graph().clone();
        types = graph.getLayerActivationTypes(network.inputTypes().toArray(InputType[]::new));
        long seed = graph.getDefaultConfiguration().getSeed();
        layers = new LayerLowering(program, new Parameters(layout), seed);
    }

    /**
     * Lowers a network.
     *
     * @param layout of its flat parameters
     * @throws ConfigException naming the first vertex that a compiled engine cannot run
     */
    public static Program lower(NetworkSpec network, ParameterLayout layout) {
        return new Lowering(network, layout).lower();
    }

    private Program lower() {
        List<String> inputs = graph.getNetworkInputs();
        for (int i = 0; i < inputs.size(); i++) {
            Shape shape = shape(inputs.get(i), network.inputTypes().get(i));
            values.put(inputs.get(i), program.input(inputs.get(i), shape));
        }
        for (String name : executionOrder()) {
            Value result = vertex(name);
            verify(
                    agree(result.shape(), types.get(name)),
                    "vertex '%s' gives %s, but DL4J says %s",
                    name,
                    result.shape(),
                    types.get(name));
            values.put(name, result);
        }
        List<Value> outputs = graph.getNetworkOutputs().stream().map(values::get).toList();
        return program.build(outputs, network.inputGradients());
    }

    /** Returns what the outputs depend on, depth first, each vertex behind all it reads. */
    private Set<String> executionOrder() {
        Set<String> ordered = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(graph.getNetworkOutputs());
        while (!open.isEmpty()) {
            String name = open.peek();
            List<String> missing =
                    values.containsKey(name)
                            ? List.of()
                            : graph.getVertexInputs().get(name).stream()
                                    .filter(from -> !values.containsKey(from))
                                    .filter(from -> !ordered.contains(from))
                                    .toList();
            if (missing.isEmpty()) {
                open.pop();
                if (!values.containsKey(name)) {
                    ordered.add(name);
                }
            }
            for (int i = missing.size() - 1; i >= 0; i--) {
                open.push(missing.get(i));
            }
        }
        return ordered;
    }

    private Value vertex(String name) {
        GraphVertex vertex = graph.getVertices().get(name);
        boolean frozen = network.frozenLayers().contains(name);
        List<Value> inputs = graph.getVertexInputs().get(name).stream().map(values::get).toList();
        if (vertex instanceof LayerVertex layerVertex) {
            Layer layer = layerVertex.getLayerConf().getLayer();
            Site site = new Site(name, layer.getClass().getSimpleName(), frozen);
            requirePlain(site, layerVertex.getPreProcessor(), layer, inputs.get(0).shape());
            return layers.lower(site, layer, inputs.get(0));
        }
        Site site = new Site(name, vertex.getClass().getSimpleName(), frozen);
        if (vertex instanceof ElementWiseVertex elementWise) {
            return sum(site, elementWise, inputs);
        }
        if (vertex instanceof MergeVertex) {
            return concat(site, inputs);
        }
        if (vertex instanceof BilinearResize resize) {
            Value image = inputs.get(0);
            return program.add(
                    site,
                    new Op.Resize(Op.Resize.Method.BILINEAR),
                    new Shape(image.shape().channels(), resize.height(), resize.width()),
                    image);
        }
        throw site.refuse("no op for this vertex");
    }

    /** Adds more than two values one after the other. */
    private Value sum(Site site, ElementWiseVertex vertex, List<Value> inputs) {
        if (vertex.getOp() != ElementWiseVertex.Op.Add) {
            throw site.refuse("no op for an element-wise %s", vertex.getOp());
        }
        Value sum = inputs.get(0);
        for (int i = 1; i < inputs.size(); i++) {
            Value next = inputs.get(i);
            if (!next.shape().equals(sum.shape())) {
                throw site.refuse("it adds %s to %s", next.shape(), sum.shape());
            }
            String suffix = i == inputs.size() - 1 ? "" : "/" + i;
            sum = program.add(site, suffix, new Op.Add(), sum.shape(), sum, next);
        }
        return sum;
    }

    private Value concat(Site site, List<Value> inputs) {
        // From the caller's graph: DL4J's copy of this vertex forgets the axis.
        MergeVertex vertex = (MergeVertex) network.graph().getVertices().get(site.name());
        if (vertex.getMergeAxis() != CHANNEL_AXIS) {
            throw site.refuse("it merges along axis %s", vertex.getMergeAxis());
        }
        if (inputs.size() == 1) {
            return inputs.get(0);
        }
        Shape first = inputs.get(0).shape();
        int channels = 0;
        for (Value input : inputs) {
            Shape shape = input.shape();
            if (shape.height() != first.height() || shape.width() != first.width()) {
                throw site.refuse("it puts %s beside %s", shape, first);
            }
            channels += shape.channels();
        }
        Shape all = new Shape(channels, first.height(), first.width());
        return program.add(site, new Op.Concat(), all, inputs.toArray(Value[]::new));
    }

    /** Refuses a reshape before a layer unless our images, read row-major, already are that. */
    private static void requirePlain(
            Site site, InputPreProcessor reshape, Layer layer, Shape input) {
        boolean plain = reshape == null;
        if (reshape instanceof CnnToFeedForwardPreProcessor flatten) {
            boolean vector = input.height() == 1 && input.width() == 1;
            plain =
                    flatten.getFormat() == CNN2DFormat.NCHW
                            && (vector || layer.getClass() == DenseLayer.class);
        } else if (reshape instanceof FeedForwardToCnnPreProcessor image) {
            plain =
                    input.channels() == image.getNumChannels()
                            && input.height() == image.getInputHeight()
                            && input.width() == image.getInputWidth();
        }
        if (!plain) {
            throw site.refuse("no op for the %s before it", reshape.getClass().getSimpleName());
        }
    }

    private static Shape shape(String input, InputType type) {
        if (type instanceof InputTypeFeedForward vector) {
            return Shape.ofVector(Math.toIntExact(vector.getSize()));
        }
        if (type instanceof InputTypeConvolutionalFlat image) {
            return shape(image.getDepth(), image.getHeight(), image.getWidth());
        }
        if (type instanceof InputTypeConvolutional image && image.getFormat() == CNN2DFormat.NCHW) {
            return shape(image.getChannels(), image.getHeight(), image.getWidth());
        }
        throw new ConfigException(
                "input '%s' of type %s cannot be compiled: only vectors and NCHW images can;"
                                .formatted(input, type)
                        + " engine.name: nd4j runs it");
    }

    private static Shape shape(long channels, long height, long width) {
        return new Shape(
                Math.toIntExact(channels), Math.toIntExact(height), Math.toIntExact(width));
    }

    private static boolean agree(Shape shape, InputType type) {
        return shape.equals(shape("", type));
    }
}
