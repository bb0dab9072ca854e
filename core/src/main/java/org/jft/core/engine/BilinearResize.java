package org.jft.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A vertex that resamples an NCHW image to a given size, linearly in both directions, pixel centres
 * at half positions: PyTorch's {@code interpolate(mode="bilinear", align_corners=False)}. DL4J has
 * no such layer. A graph with this vertex is restored by DL4J where this class is on the class
 * path.
 */
public final class BilinearResize extends GraphVertex {
    private static final long serialVersionUID = 1L;

    @JsonProperty private final int height;
    @JsonProperty private final int width;

    /**
     * Describes.
     *
     * @param height of the result, pixels
     * @param width of the result, pixels
     */
    @JsonCreator
    public BilinearResize(@JsonProperty("height") int height, @JsonProperty("width") int width) {
        checkArgument(height > 0 && width > 0, "nothing left: height=%s, width=%s", height, width);
        this.height = height;
        this.width = width;
    }

    /** Returns the rows of the result. */
    public int height() {
        return height;
    }

    /** Returns the columns of the result. */
    public int width() {
        return width;
    }

    @Override
    public BilinearResize clone() {
        return new BilinearResize(height, width);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BilinearResize resize
                && resize.height == height
                && resize.width == width;
    }

    @Override
    public int hashCode() {
        return Objects.hash(height, width);
    }

    @Override
    public String toString() {
        return "BilinearResize(%d, %d)".formatted(height, width);
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return 1;
    }

    @Override
    public int maxVertexInputs() {
        return 1;
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        return new BilinearResizeVertex(graph, name, index, this, type);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... inputs)
            throws InvalidInputTypeException {
        if (inputs.length != 1
                || !(inputs[0] instanceof InputTypeConvolutional image)
                || image.getFormat() != CNN2DFormat.NCHW) {
            throw new InvalidInputTypeException("BilinearResize takes one NCHW image");
        }
        return InputType.convolutional(height, width, image.getChannels());
    }

    @Override
    public MemoryReport getMemoryReport(InputType... inputs) {
        InputType output = getOutputType(-1, inputs);
        return new LayerMemoryReport.Builder(null, BilinearResize.class, inputs[0], output)
                .standardMemory(0, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }
}
