package org.jft.train.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;

/**
 * Applies averaged gradients to the flat parameters, in place. Works through the vectors in blocks
 * that are copied into arrays, where the JIT vectorises the arithmetic; the same inputs give the
 * same bits. Not thread-safe.
 *
 * <p>Weights get L2 decay (added to the gradient, as TensorFlow and PyTorch's SGD do); batch-norm
 * parameters and biases do not. Running statistics are moved by {@code parameter -= gradient}, see
 * {@link org.jft.core.engine.Engine#gradients()}.
 */
public final class Optimizer {
    private static final int BLOCK = 4096;

    private final ParameterLayout layout;
    private final OptimizerConfig config;
    private final UpdateRule rule;
    private final FloatBuffer state; // rule.stateVectors() vectors of the layout's length
    private final float[] parameter = new float[BLOCK];
    private final float[] gradient = new float[BLOCK];
    private final float[][] memory;

    /** Allocates the state, off-heap. */
    public Optimizer(OptimizerConfig config, ParameterLayout layout) {
        this.layout = layout;
        this.config = config;
        rule =
                switch (config.kind()) {
                    case SGD -> new UpdateRule.Sgd(config.momentum().floatValue());
                    case RMSPROP ->
                            new UpdateRule.RmsProp(
                                    config.decay().floatValue(),
                                    config.momentum().floatValue(),
                                    config.epsilon().floatValue());
                };
        memory = new float[stateVectors(config)][BLOCK];
        state =
                ByteBuffer.allocateDirect(Float.BYTES * layout.length() * memory.length)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        for (int v = 0; v < memory.length; v++) {
            for (int i = 0; i < layout.length(); i++) {
                state.put(v * layout.length() + i, rule.initialState(v));
            }
        }
    }

    /** Returns how many vectors of the parameters' length a rule keeps. */
    public static int stateVectors(OptimizerConfig config) {
        return config.kind() == OptimizerConfig.Kind.SGD ? 1 : 2;
    }

    /** Returns the live state, one vector after the other: what a checkpoint keeps. */
    public FloatBuffer state() {
        return state.duplicate();
    }

    /**
     * Takes one step.
     *
     * @param parameters the flat vector, changed in place
     * @param gradients sums; multiplied by {@code gradientScale} first
     * @param gradientScale 1 / number of micro batches summed
     * @param clip factor on trainable gradients after scaling, 1 unless the norm is clipped
     */
    public void step(
            FloatBuffer parameters,
            FloatBuffer gradients,
            double gradientScale,
            double clip,
            double learningRate) {
        checkArgument(parameters.capacity() >= layout.length(), "parameters are too short");
        checkArgument(gradients.capacity() >= layout.length(), "gradients are too short");
        for (Slice slice : layout.slices()) {
            int end = slice.offset() + slice.length();
            for (int from = slice.offset(); from < end; from += BLOCK) {
                int count = Math.min(BLOCK, end - from);
                parameters.get(from, parameter, 0, count);
                gradients.get(from, gradient, 0, count);
                if (slice.kind().trainable()) {
                    train(slice.kind(), from, count, gradientScale * clip, learningRate);
                } else {
                    move(count, (float) gradientScale);
                }
                parameters.put(from, parameter, 0, count);
            }
        }
    }

    private void train(Kind kind, int from, int count, double scale, double learningRate) {
        float factor = (float) scale;
        float decay = kind == Kind.WEIGHT ? (float) config.weightDecay() : 0;
        for (int i = 0; i < count; i++) {
            gradient[i] = gradient[i] * factor + decay * parameter[i];
        }
        for (int v = 0; v < memory.length; v++) {
            state.get(v * layout.length() + from, memory[v], 0, count);
        }
        rule.apply(parameter, gradient, memory, count, (float) learningRate);
        for (int v = 0; v < memory.length; v++) {
            state.put(v * layout.length() + from, memory[v], 0, count);
        }
    }

    private void move(int count, float scale) {
        for (int i = 0; i < count; i++) {
            parameter[i] -= gradient[i] * scale;
        }
    }

    /**
     * Returns the Euclidean norm of the trainable gradients, in double precision and a fixed order.
     *
     * @param gradientScale factor on every gradient
     */
    public double gradientNorm(FloatBuffer gradients, double gradientScale) {
        double sum = 0;
        for (Slice slice : layout.slices()) {
            if (!slice.kind().trainable()) {
                continue;
            }
            int end = slice.offset() + slice.length();
            for (int from = slice.offset(); from < end; from += BLOCK) {
                int count = Math.min(BLOCK, end - from);
                gradients.get(from, gradient, 0, count);
                for (int i = 0; i < count; i++) {
                    sum += (double) gradient[i] * gradient[i];
                }
            }
        }
        return Math.sqrt(sum) * gradientScale;
    }
}
