package org.jft.bench.engine;

import static com.google.common.base.Preconditions.checkState;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.oracle.LibtorchGraph;

/**
 * libtorch as PyTorch trains fastest on a CPU without a compiler: autograd in channels-last, in
 * bf16 under autocast, what torchvision does in place done in place, the update fused. Pixels
 * become floats and are normalised at each step, in place after the conversion.
 */
final class LibtorchStep implements TrainingStep {
    private static final long REDUCTION_SUM = 2; // at::Reduction::Sum

    private final Workload workload;
    private final boolean autocast;
    private final Map<LibtorchGraph.Key, Tensor> parameters = new HashMap<>();
    private final LibtorchGraph graph;
    private final LibtorchSgd weightUpdate;
    private final LibtorchSgd otherUpdate; // scales, shifts, biases: not decayed
    private final Tensor pixels; // uint8 [batch, 3, size, size], channels-last
    private final Tensor targets; // [batch, classes]

    /** Copies the weights. */
    LibtorchStep(Workload workload, Precision precision, int threads, StartWeights weights) {
        this.workload = workload;
        autocast = precision == Precision.BF16;
        torch.set_num_threads(threads);
        torch.set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
        List<Slice> slices = weights.layout().slices();
        for (Slice slice : slices) {
            parameters.put(key(slice), parameter(slice, weights));
        }
        weightUpdate = update(slices, true, Workload.UPDATE.weightDecay());
        otherUpdate = update(slices, false, 0);
        graph = new LibtorchGraph(workload.network().graph(), parameters);
        pixels = pixels(workload);
        targets =
                Tensor.create(
                        workload.denseTargets(), workload.job().batch(), workload.job().classes());
    }

    @Override
    public double step() {
        try (PointerScope scope = new PointerScope()) {
            torch.set_autocast_enabled(DeviceType.CPU, autocast);
            Tensor loss = loss(forward(scope));
            torch.clear_cache(); // of weights cast by autocast: what leaving its block does
            torch.set_autocast_enabled(DeviceType.CPU, false);
            loss.backward();
            weightUpdate.step(Workload.UPDATE.momentum(), Workload.LEARNING_RATE);
            otherUpdate.step(Workload.UPDATE.momentum(), Workload.LEARNING_RATE);
            return loss.item_float();
        }
    }

    @Override
    public void close() {
        weightUpdate.close();
        otherUpdate.close();
        parameters.values().forEach(Tensor::close);
        pixels.close();
        targets.close();
    }

    /** Lets go of all activations but the last, as leaving a Python function does. */
    private Tensor forward(PointerScope outer) {
        try (PointerScope inner = new PointerScope()) {
            Scalar halfRange = new Scalar(Workload.HALF_RANGE);
            Tensor images = pixels.to(ScalarType.Float).sub_(halfRange).div_(halfRange);
            Tensor logits = graph.forward(images);
            ScalarType type = logits.scalar_type().intern();
            checkState(autocast == (type == ScalarType.BFloat16), "libtorch computed in %s", type);
            outer.attach(logits);
            return logits;
        }
    }

    private Tensor loss(Tensor logits) {
        return torch.binary_cross_entropy_with_logits(
                        logits, targets, new TensorOptional(), new TensorOptional(), REDUCTION_SUM)
                .div(new Scalar(workload.job().batch()));
    }

    private LibtorchSgd update(List<Slice> slices, boolean weights, double decay) {
        return new LibtorchSgd(
                slices.stream()
                        .filter(slice -> slice.kind().trainable())
                        .filter(slice -> (slice.kind() == Kind.WEIGHT) == weights)
                        .map(slice -> parameters.get(key(slice)))
                        .toList(),
                decay);
    }

    private static LibtorchGraph.Key key(Slice slice) {
        return new LibtorchGraph.Key(slice.layer(), slice.kind());
    }

    private static Tensor parameter(Slice slice, StartWeights weights) {
        long[] shape = slice.shape().stream().mapToLong(Long::longValue).toArray();
        if (slice.kind() == Kind.WEIGHT && shape.length == 2) {
            // [in, out] column by column is [out, in] row by row.
            shape = new long[] {shape[1], shape[0]};
        }
        Tensor tensor = torch.empty(shape);
        FloatBuffer memory = tensor.data_ptr_float().capacity(slice.length()).asBuffer();
        weights.read(slice.offset(), memory);
        if (shape.length == 4) {
            Tensor rowMajor = tensor;
            tensor = rowMajor.contiguous(MemoryFormat.ChannelsLast);
            rowMajor.close();
        }
        return tensor.set_requires_grad(slice.kind().trainable());
    }

    /** Shares the workload's memory. */
    private static Tensor pixels(Workload workload) {
        int size = workload.job().size();
        return torch.from_blob(
                        new BytePointer(workload.pixels()),
                        new long[] {workload.job().batch(), size, size, 3},
                        new TensorOptions(ScalarType.Byte))
                .permute(0, 3, 1, 2);
    }
}
