package org.jft.core.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;

/**
 * A flat parameter vector seen as PyTorch's {@code state_dict}. Every tensor is one contiguous
 * range of the vector, byte for byte as torch lays it out: convolutions are [out, in, kh, kw]
 * row-major in both, and DL4J's column-major [in, out] of a dense layer is torch's row-major [out,
 * in]. So nothing is ever converted.
 */
public final class TorchState {
    private static final Map<String, String> TORCH_MODULES = Map.of(Architectures.HEAD, "fc");
    private static final String BATCH_COUNTER = ".num_batches_tracked"; // torch's; we keep none

    /**
     * One tensor.
     *
     * @param name as in torch's {@code state_dict}
     * @param shape as torch shows it
     * @param offset first element in the flat vector
     * @param length elements
     */
    public record Tensor(String name, List<Long> shape, int offset, int length) {
        /** Returns the tensor's part of a flat vector, as a view. */
        public FloatBuffer in(FloatBuffer parameters) {
            return parameters.slice(offset, length);
        }
    }

    private final List<Tensor> tensors;

    private TorchState(List<Tensor> tensors) {
        this.tensors = List.copyOf(tensors);
    }

    /** Derives names and order from a graph whose vertices are named as torch's modules. */
    public static TorchState of(ComputationGraphConfiguration graph, ParameterLayout layout) {
        Map<String, Integer> moduleOrder = new HashMap<>();
        graph.getVertices().keySet().forEach(name -> moduleOrder.put(name, moduleOrder.size()));
        List<Slice> slices = new ArrayList<>(layout.slices());
        slices.sort(
                Comparator.comparing((Slice slice) -> moduleOrder.get(slice.layer()))
                        .thenComparing(Slice::kind));
        return new TorchState(slices.stream().map(TorchState::tensor).toList());
    }

    /** Returns the tensors in the order of torchvision's {@code state_dict}. */
    public List<Tensor> tensors() {
        return tensors;
    }

    /** Writes a safetensors file, all or nothing. */
    public void write(Path file, FloatBuffer parameters) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        Map<String, FloatBuffer> values = new HashMap<>();
        for (Tensor tensor : tensors) {
            shapes.put(tensor.name(), tensor.shape());
            values.put(tensor.name(), tensor.in(parameters));
        }
        try {
            Safetensors.write(file, shapes, values);
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN, "%s: cannot be written: %s".formatted(file, e), e);
        }
    }

    /**
     * Fills the vector from a safetensors file. Strict: a tensor that is missing, left over, of
     * another shape or type is an error that names it, and then nothing is changed. Torch's batch
     * counters are passed over.
     *
     * @param except tensors that keep their values whatever the file has: {@code fc.weight} and
     *     {@code fc.bias} when the classes differ
     */
    public void read(Path file, FloatBuffer parameters, Set<String> except) {
        List<String> own = tensors.stream().map(Tensor::name).toList();
        checkArgument(own.containsAll(except), "no such tensors among %s: %s", own, except);
        Safetensors source = Safetensors.open(file);
        List<Tensor> wanted =
                tensors.stream().filter(tensor -> !except.contains(tensor.name())).toList();
        for (Tensor tensor : wanted) {
            requireMatch(file, tensor, source.entries().get(tensor.name()));
        }
        for (String name : source.entries().keySet()) {
            if (!own.contains(name) && !name.endsWith(BATCH_COUNTER)) {
                throw new ConfigException(
                        "%s: tensor '%s' is not in the network".formatted(file, name));
            }
        }
        for (Tensor tensor : wanted) {
            source.read(tensor.name(), tensor.in(parameters));
        }
    }

    private static void requireMatch(Path file, Tensor tensor, Safetensors.Entry found) {
        if (found == null) {
            throw new ConfigException("%s: tensor '%s' is missing".formatted(file, tensor.name()));
        }
        if (!found.shape().equals(tensor.shape())) {
            throw new ConfigException(
                    "%s: tensor '%s' has the shape %s, the network needs %s"
                            .formatted(file, tensor.name(), found.shape(), tensor.shape()));
        }
        if (!found.dtype().equals(Safetensors.FLOAT32)) {
            throw new ConfigException(
                    "%s: tensor '%s' is %s, only %s can be read"
                            .formatted(file, tensor.name(), found.dtype(), Safetensors.FLOAT32));
        }
    }

    private static Tensor tensor(Slice slice) {
        String module = TORCH_MODULES.getOrDefault(slice.layer(), slice.layer());
        List<Long> shape = slice.shape();
        if (slice.kind() == Kind.WEIGHT && shape.size() == 2) {
            shape = List.of(shape.get(1), shape.get(0)); // [in, out] -> [out, in]
        }
        String name = module + "." + suffix(slice.kind());
        return new Tensor(name, shape, slice.offset(), slice.length());
    }

    private static String suffix(Kind kind) {
        return switch (kind) {
            case WEIGHT, SCALE -> "weight";
            case BIAS, SHIFT -> "bias";
            case RUNNING_MEAN -> "running_mean";
            case RUNNING_VARIANCE -> "running_var";
        };
    }
}
