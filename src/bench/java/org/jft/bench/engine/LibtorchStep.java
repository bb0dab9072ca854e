package org.jft.bench.engine;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.oracle.LibtorchGraph;
import org.jft.train.objective.Targets;

/**
 * libtorch: autograd in float32 and channels-last, which is how PyTorch trains fastest on a CPU;
 * what torchvision does in place is done in place.
 */
final class LibtorchStep implements TrainingStep {
    private static final long REDUCTION_SUM = 2; // at::Reduction::Sum

    private final Workload workload;
    private final Map<LibtorchGraph.Key, Tensor> parameters = new HashMap<>();
    private final LibtorchGraph graph;
    private final Tensor images;
    private final Tensor targets; // [batch, classes]

    /**
     * Copies the weights.
     *
     * @param vector the weights, flat, as {@code layout} says
     * @param threads compute threads; 0 means all cores
     */
    LibtorchStep(Workload workload, ParameterLayout layout, FloatBuffer vector, int threads) {
        this.workload = workload;
        torch.set_num_threads(threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
        for (Slice slice : layout.slices()) {
            parameters.put(
                    new LibtorchGraph.Key(slice.layer(), slice.kind()), tensor(slice, vector));
        }
        graph = new LibtorchGraph(workload.network().graph(), parameters);
        float[] pixels = new float[workload.images().capacity()];
        workload.images().get(0, pixels);
        int size = workload.size();
        images =
                Tensor.create(pixels, workload.batch(), 3, size, size)
                        .contiguous(MemoryFormat.ChannelsLast);
        targets = Tensor.create(dense(workload), workload.batch(), workload.classes());
    }

    @Override
    public double step() {
        try (PointerScope step = new PointerScope()) {
            parameters.values().forEach(tensor -> tensor.mutable_grad().reset());
            Tensor logits = forward(step);
            Tensor loss =
                    torch.binary_cross_entropy_with_logits(
                                    logits,
                                    targets,
                                    new TensorOptional(),
                                    new TensorOptional(),
                                    REDUCTION_SUM)
                            .div(new Scalar(workload.batch()));
            loss.backward();
            return loss.item_float();
        }
    }

    @Override
    public void close() {
        parameters.values().forEach(Tensor::close);
        images.close();
        targets.close();
    }

    /** Lets go of all activations but the last, as leaving a Python function does. */
    private Tensor forward(PointerScope outer) {
        try (PointerScope inner = new PointerScope()) {
            Tensor logits = graph.forward(images);
            outer.attach(logits);
            return logits;
        }
    }

    private static Tensor tensor(Slice slice, FloatBuffer vector) {
        float[] values = new float[slice.length()];
        vector.get(slice.offset(), values);
        long[] shape = slice.shape().stream().mapToLong(Long::longValue).toArray();
        if (slice.kind() == Kind.WEIGHT && shape.length == 2) {
            // [in, out] column by column is [out, in] row by row.
            shape = new long[] {shape[1], shape[0]};
        }
        Tensor tensor = Tensor.create(values, shape);
        if (shape.length == 4) {
            tensor = tensor.contiguous(MemoryFormat.ChannelsLast);
        }
        return tensor.set_requires_grad(slice.kind().trainable());
    }

    private static float[] dense(Workload workload) {
        Targets sparse = workload.targets();
        float[] dense = new float[workload.batch() * workload.classes()];
        for (int i = 0; i < sparse.size(); i++) {
            for (int j = sparse.offsets()[i]; j < sparse.offsets()[i + 1]; j++) {
                dense[i * workload.classes() + sparse.ids()[j]] = sparse.confidences()[j];
            }
        }
        return dense;
    }
}
