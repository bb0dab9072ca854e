package org.jft.parity;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * torchvision's ResNet written out over libtorch's functions: the oracle for engines. It shares no
 * line and no table with what it judges; parameters come in as a {@code state_dict}. In double
 * precision it stands for the true value, in float for what a good engine reaches.
 */
final class LibtorchResNet {
    private static final double EPSILON = 1e-5;
    private static final long[] ONE = {1, 1};

    /**
     * One tensor of a state dict.
     *
     * @param shape as torch shows it
     * @param values row-major
     */
    record Parameter(long[] shape, float[] values) {}

    /**
     * One training step.
     *
     * @param logits [N, classes]
     * @param gradients of every trainable tensor, by name
     * @param batchStatistics by the name of the running statistic they feed: mean and variance over
     *     the batch, the variance divided by the count (torch stores count / (count - 1) of it)
     */
    record Step(
            double[] logits,
            Map<String, double[]> gradients,
            Map<String, double[]> batchStatistics) {}

    private final boolean bottleneck;
    private final boolean smallImages;
    private final int[] depths;
    private final ScalarType precision;

    private Map<String, Tensor> state;
    private boolean training;
    private Map<String, double[]> batchStatistics;

    LibtorchResNet(String architecture, ScalarType precision) {
        this.precision = precision;
        smallImages = architecture.endsWith("s");
        depths =
                switch (architecture) {
                    case "resnet18" -> new int[] {2, 2, 2, 2};
                    case "resnet50" -> new int[] {3, 4, 6, 3};
                    case "resnet101" -> new int[] {3, 4, 23, 3};
                    case "resnet152" -> new int[] {3, 8, 36, 3};
                    case "resnet8s" -> new int[] {1, 1, 1};
                    case "resnet14s" -> new int[] {2, 2, 2};
                    case "resnet20s" -> new int[] {3, 3, 3};
                    default -> throw new IllegalArgumentException(architecture);
                };
        bottleneck = depths.length == 4 && !architecture.equals("resnet18");
    }

    /** Returns the logits of model.eval(). */
    double[] evaluate(Map<String, Parameter> parameters, float[] images, long... imageShape) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            training = false;
            state = load(parameters);
            return read(forward(tensor(images, imageShape)));
        }
    }

    /** Runs model.train(), forward and backward from the given d loss / d logits. */
    Step step(
            Map<String, Parameter> parameters,
            float[] outputGradient,
            float[] images,
            long... imageShape) {
        try (PointerScope scope = new PointerScope()) {
            training = true;
            batchStatistics = new LinkedHashMap<>();
            state = load(parameters);
            Tensor logits = forward(tensor(images, imageShape));
            logits.backward(
                    tensor(outputGradient, logits.shape()),
                    new BoolOptional(),
                    false,
                    new TensorArrayRefOptional());
            Map<String, double[]> gradients = new LinkedHashMap<>();
            state.forEach(
                    (name, tensor) -> {
                        if (!name.contains("running_")) {
                            gradients.put(name, read(tensor.grad()));
                        }
                    });
            return new Step(read(logits), gradients, batchStatistics);
        }
    }

    private Map<String, Tensor> load(Map<String, Parameter> parameters) {
        Map<String, Tensor> loaded = new LinkedHashMap<>();
        parameters.forEach(
                (name, parameter) -> {
                    Tensor tensor = tensor(parameter.values(), parameter.shape());
                    if (training && !name.contains("running_")) {
                        tensor.set_requires_grad(true);
                    }
                    loaded.put(name, tensor);
                });
        return loaded;
    }

    private Tensor forward(Tensor images) {
        Tensor x = conv(images, "conv1", smallImages ? 1 : 2, smallImages ? 1 : 3);
        x = torch.relu(norm(x, "bn1"));
        if (!smallImages) {
            x = torch.max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, ONE, ONE, false);
        }
        for (int layer = 1; layer <= depths.length; layer++) {
            for (int block = 0; block < depths[layer - 1]; block++) {
                int stride = block == 0 && layer > 1 ? 2 : 1;
                x = block(x, "layer" + layer + "." + block + ".", stride);
            }
        }
        x = torch.flatten(torch.adaptive_avg_pool2d(x, ONE), 1, -1);
        return torch.linear(x, state.get("fc.weight"), new TensorOptional(state.get("fc.bias")));
    }

    private Tensor block(Tensor x, String name, int stride) {
        Tensor out;
        if (bottleneck) {
            out = torch.relu(norm(conv(x, name + "conv1", 1, 0), name + "bn1"));
            out = torch.relu(norm(conv(out, name + "conv2", stride, 1), name + "bn2"));
            out = norm(conv(out, name + "conv3", 1, 0), name + "bn3");
        } else {
            out = torch.relu(norm(conv(x, name + "conv1", stride, 1), name + "bn1"));
            out = norm(conv(out, name + "conv2", 1, 1), name + "bn2");
        }
        Tensor identity = x;
        if (state.containsKey(name + "downsample.0.weight")) {
            identity = norm(conv(x, name + "downsample.0", stride, 0), name + "downsample.1");
        }
        return torch.relu(torch.add(out, identity));
    }

    private Tensor conv(Tensor x, String name, int stride, int padding) {
        return torch.conv2d(
                x,
                state.get(name + ".weight"),
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                ONE,
                1);
    }

    private Tensor norm(Tensor x, String name) {
        // With momentum 1 torch replaces the running statistics by those of the batch.
        Tensor mean = state.get(name + ".running_mean");
        Tensor variance = state.get(name + ".running_var");
        Tensor y =
                torch.batch_norm(
                        x,
                        new TensorOptional(state.get(name + ".weight")),
                        new TensorOptional(state.get(name + ".bias")),
                        new TensorOptional(mean),
                        new TensorOptional(variance),
                        training,
                        1.0,
                        EPSILON,
                        false);
        if (training) {
            double count = (double) x.numel() / x.size(1);
            double[] biased = read(variance);
            for (int i = 0; i < biased.length; i++) {
                biased[i] *= (count - 1) / count;
            }
            batchStatistics.put(name + ".running_mean", read(mean));
            batchStatistics.put(name + ".running_var", biased);
        }
        return y;
    }

    private Tensor tensor(float[] values, long... shape) {
        return Tensor.create(values, shape).to(precision);
    }

    private static double[] read(Tensor tensor) {
        Tensor contiguous = tensor.detach().to(ScalarType.Double).contiguous();
        double[] values = new double[Math.toIntExact(contiguous.numel())];
        DoublePointer data = contiguous.data_ptr_double();
        data.capacity(values.length).get(values);
        return values;
    }
}
