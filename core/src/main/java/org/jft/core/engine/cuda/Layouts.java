package org.jft.core.engine.cuda;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.plan.Tensor.Content;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * How tensors lie on the device: images as N x H x W x C. An input that only convolutions read gets
 * channels of zeros up to 16 bytes a pixel, without which tensor cores cannot load it.
 */
final class Layouts {
    private static final int PIXEL_BYTES = 16;

    private final int rows;
    private final Precision precision;
    private final Map<Tensor, Integer> paddedChannels = new HashMap<>();
    private final Map<Tensor, Long> opaqueBytes = new HashMap<>();

    Layouts(Program program, List<Task> tasks, int rows, Precision precision) {
        this.rows = rows;
        this.precision = precision;
        for (Task task : tasks) {
            if (task instanceof Task.LoadInput load
                    && mayPad(program, program.inputs().get(load.index()))) {
                int unit = PIXEL_BYTES / (int) type().bytes(1);
                int channels = load.to().shape().channels();
                paddedChannels.put(load.to(), (channels + unit - 1) / unit * unit);
            }
        }
    }

    /** Returns whether all that touches an input are convolutions, which have weights to pad. */
    private static boolean mayPad(Program program, Value input) {
        Set<Value> outputs = new HashSet<>(program.outputs());
        List<Node> readers = program.readers().getOrDefault(input, List.of());
        return !program.inputGradients()
                && !outputs.contains(input)
                && readers.stream()
                        .allMatch(
                                node ->
                                        node.op() instanceof Op.Convolution convolution
                                                && !convolution.depthwise());
    }

    /** Returns the images of the batch. */
    int rows() {
        return rows;
    }

    Precision precision() {
        return precision;
    }

    /** Returns the type of activations. */
    Element type() {
        return switch (precision) {
            case FP32, TF32 -> Element.FLOAT;
            case BF16 -> Element.BFLOAT16;
            case FP16 -> Element.HALF;
        };
    }

    /** Returns whether losses are scaled so that small gradients do not vanish. */
    boolean scaled() {
        return precision == Precision.FP16;
    }

    Element type(Tensor tensor) {
        return tensor.content() == Content.ACTIVATION ? type() : Element.FLOAT;
    }

    /** Returns whether a tensor has float32 elements where activations have fewer bits. */
    boolean widened(Tensor tensor) {
        return type(tensor) != type();
    }

    /** Returns the channels of a tensor in memory. */
    int channels(Tensor tensor) {
        return paddedChannels.getOrDefault(tensor, tensor.shape().channels());
    }

    /** Returns the elements of all rows in memory. */
    long count(Tensor tensor) {
        return pixels(tensor) * channels(tensor);
    }

    /** Returns the pixels of all rows. */
    long pixels(Tensor tensor) {
        return (long) rows * tensor.shape().height() * tensor.shape().width();
    }

    void setOpaque(Tensor tensor, long bytes) {
        opaqueBytes.put(tensor, bytes);
    }

    /** Returns the bytes that a tensor takes. */
    long bytes(Tensor tensor) {
        return switch (tensor.content()) {
            case OPAQUE -> opaqueBytes.getOrDefault(tensor, 0L);
            case STATISTIC -> (long) Float.BYTES * tensor.shape().channels();
            case ACTIVATION, FULL_PRECISION -> type(tensor).bytes(count(tensor));
        };
    }
}
