package org.jft.parity;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jft.oracle.Probe;
import org.jft.parity.LibtorchNetwork.Type;

/** What a pass through a {@link LibtorchNetwork} leaves behind besides its results. */
final class ProbedValues implements Probe {
    /** Over a batch, per channel; the variance divided by the count. */
    record Statistics(double[] mean, double[] variance) {}

    private static final long[] NOTHING = {0, 0};

    private final Type type;
    private final Map<String, Statistics> statistics = new HashMap<>();
    private double gap = Double.POSITIVE_INFINITY;

    ProbedValues(Type type) {
        this.type = type;
    }

    /** Returns the batch's statistics by the name of the norm that took them. */
    Map<String, Statistics> statistics() {
        return statistics;
    }

    /**
     * Returns the smallest distance from a kink. What lies on one exactly is not counted: those are
     * the zeros behind a rectifier, where both sides agree.
     */
    double gap() {
        return gap;
    }

    @Override
    public Tensor handOn(Tensor result) {
        return type == Type.ROUNDED ? rounded(result) : result;
    }

    @Override
    public void bends(Tensor x, double at) {
        if (type == Type.DOUBLE) {
            for (double value : read(x)) {
                near(Math.abs(value - at));
            }
        }
    }

    @Override
    public void maximum(Tensor padded, long[] kernel, long[] stride, long[] dilation) {
        long window = kernel[0] * kernel[1];
        if (type == Type.DOUBLE && window > 1) {
            Tensor columns = torch.im2col(padded.detach(), kernel, dilation, NOTHING, stride);
            Tensor windows = columns.reshape(padded.size(0), padded.size(1), window, -1);
            Tensor two = windows.topk(2, 2, true, true).get0(); // [N, C, 2, places]
            for (double value : read(two.select(2, 0).sub(two.select(2, 1)))) {
                near(value);
            }
        }
    }

    @Override
    public void normalizes(String layer, Tensor x) {
        Tensor values = x.detach().to(ScalarType.Double);
        long[] others = x.dim() == 4 ? new long[] {0, 2, 3} : new long[] {0};
        statistics.put(
                layer,
                new Statistics(read(values.mean(others)), read(values.var(others, false, false))));
    }

    /** Rounds to bfloat16 and back, and so does backward with the gradient. */
    static Tensor rounded(Tensor x) {
        return x.to(ScalarType.BFloat16).to(ScalarType.Float);
    }

    /** Copies a tensor out, row-major. */
    static double[] read(Tensor tensor) {
        Tensor contiguous = tensor.detach().to(ScalarType.Double).contiguous();
        double[] values = new double[Math.toIntExact(contiguous.numel())];
        DoublePointer data = contiguous.data_ptr_double();
        data.capacity(values.length).get(values);
        return values;
    }

    private void near(double distance) {
        if (distance > 0) {
            gap = Math.min(gap, distance);
        }
    }
}
