package org.jft.train.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;

/**
 * Applies averaged gradients to the flat parameters, in place and in one pass over memory, and
 * keeps the parameters' moving average if asked to. Works through the vectors in {@link Blocks};
 * the same inputs give the same bits on any number of threads. Not thread-safe.
 *
 * <p>Frozen slices stay as they are, bit by bit. Weights get L2 decay (added to the gradient, as
 * TensorFlow and PyTorch's SGD do); batch-norm parameters and biases do not. Running statistics are
 * moved by {@code parameter -= gradient}, see {@link org.jft.core.engine.Engine#gradients()}.
 */
public final class Optimizer {
    private static final int PARAMETER = 0; // which of a thread's arrays
    private static final int GRADIENT = 1;
    private static final int STATE = 2;

    /** At most {@link Blocks#SIZE} neighbours of one kind. */
    private record Range(Kind kind, int from, int count) {}

    private final ParameterLayout layout;
    private final float weightDecay;
    private final UpdateRule rule;
    private final Blocks blocks;
    private final Range[] ranges;
    private final double[] squares; // of each range
    private final int ruleVectors;
    private final MovingAverage average; // null when not kept
    private final FloatBuffer state; // the rule's vectors, then the average
    private LossScale lossScale; // null: there is none

    /**
     * One step's numbers.
     *
     * @param gradientScale 1 / number of micro batches summed
     * @param clip factor on trainable gradients after scaling, 1 unless the norm is clipped
     * @param number of the step in the run, from 0
     */
    public record Step(double gradientScale, double clip, double learningRate, long number) {}

    /**
     * Allocates the state, off-heap.
     *
     * @param initial the parameters at the start of the run; read here only
     * @param blocks does the work; its owner is this one's
     */
    public Optimizer(
            TrainConfig config, ParameterLayout layout, FloatBuffer initial, Blocks blocks) {
        this.layout = layout;
        this.blocks = blocks;
        weightDecay = (float) config.optimizer().weightDecay();
        rule = rule(config.optimizer());
        average = config.emaDecay() > 0 ? new MovingAverage(config.emaDecay()) : null;
        ranges = ranges(layout);
        squares = new double[ranges.length];
        float[] starts = rule.initialState();
        ruleVectors = starts.length;
        int values = Math.multiplyExact(layout.length(), stateVectors(config));
        state =
                ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, values))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        for (int v = 0; v < ruleVectors; v++) {
            fill(v, starts[v]);
        }
        if (average != null) {
            state.put(ruleVectors * layout.length(), initial, 0, layout.length());
        }
    }

    private static UpdateRule rule(OptimizerConfig config) {
        return switch (config.kind()) {
            case SGD -> new UpdateRule.Sgd(config.momentum().floatValue());
            case RMSPROP ->
                    new UpdateRule.RmsProp(
                            config.decay().floatValue(),
                            config.momentum().floatValue(),
                            config.epsilon().floatValue());
        };
    }

    private static Range[] ranges(ParameterLayout layout) {
        List<Range> ranges = new ArrayList<>();
        for (Slice slice : layout.slices()) {
            int end = slice.frozen() ? 0 : slice.offset() + slice.length();
            for (int from = slice.offset(); from < end; from += Blocks.SIZE) {
                ranges.add(new Range(slice.kind(), from, Math.min(Blocks.SIZE, end - from)));
            }
        }
        return ranges.toArray(Range[]::new);
    }

    private void fill(int vector, float value) {
        blocks.forEach(
                Blocks.count(layout.length()),
                (block, arrays) -> {
                    int from = block * Blocks.SIZE;
                    int count = Math.min(Blocks.SIZE, layout.length() - from);
                    Arrays.fill(arrays[STATE], 0, count, value);
                    state.put(vector * layout.length() + from, arrays[STATE], 0, count);
                });
    }

    /** Returns how many vectors of the parameters' length a run keeps. */
    public static int stateVectors(TrainConfig config) {
        int ofRule = rule(config.optimizer()).initialState().length;
        return config.emaDecay() > 0 ? ofRule + 1 : ofRule;
    }

    /** Returns how far a step moves the parameters' average; 0 if none is kept. */
    public float averageRate(long step) {
        return average == null ? 0 : average.rate(step);
    }

    /**
     * Returns the live state, one vector after the other: what a checkpoint keeps. The moving
     * average, if there is one, is the last, where {@code Checkpoint.deployed} looks for it.
     */
    public FloatBuffer state() {
        return state.duplicate();
    }

    /** Returns the loss scale that a run in float16 goes on with, kept here for a checkpoint. */
    public Optional<LossScale> lossScale() {
        return Optional.ofNullable(lossScale);
    }

    /** Keeps the loss scale of a run in float16. */
    public void keep(LossScale scale) {
        lossScale = scale;
    }

    /**
     * Takes one step.
     *
     * @param parameters the flat vector, changed in place
     * @param gradients sums; multiplied by the step's scale first
     * @return whether all it wrote is finite. The loss alone would not tell: a rectifier may turn a
     *     parameter that is no number into zeros, and an infinite mean square stops its parameter
     */
    public boolean step(FloatBuffer parameters, FloatBuffer gradients, Step step) {
        checkArgument(parameters.capacity() >= layout.length(), "parameters are too short");
        checkArgument(gradients.capacity() >= layout.length(), "gradients are too short");
        float averageRate = averageRate(step.number());
        AtomicBoolean finite = new AtomicBoolean(true);
        blocks.forEach(
                ranges.length,
                (block, arrays) -> {
                    Range range = ranges[block];
                    parameters.get(range.from(), arrays[PARAMETER], 0, range.count());
                    gradients.get(range.from(), arrays[GRADIENT], 0, range.count());
                    int vectors = 0;
                    if (range.kind().trainable()) {
                        train(range, arrays, step);
                        vectors = ruleVectors;
                    } else {
                        move(range, arrays, (float) step.gradientScale());
                    }
                    if (!finite(arrays, vectors, range.count())) {
                        finite.set(false);
                    }
                    parameters.put(range.from(), arrays[PARAMETER], 0, range.count());
                    if (average != null) {
                        average(range, arrays, averageRate);
                    }
                });
        return finite.get();
    }

    /** Returns whether parameters and state are; their average then is, too. */
    private static boolean finite(float[][] arrays, int vectors, int count) {
        boolean finite = finite(arrays[PARAMETER], count);
        for (int v = 0; v < vectors; v++) {
            finite &= finite(arrays[STATE + v], count);
        }
        return finite;
    }

    /** x - x is 0, but NaN where x is not finite. Four sums, for the reason given below. */
    private static boolean finite(float[] values, int count) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += values[i] - values[i];
            b += values[i + 1] - values[i + 1];
            c += values[i + 2] - values[i + 2];
            d += values[i + 3] - values[i + 3];
        }
        for (; i < count; i++) {
            a += values[i] - values[i];
        }
        return a + b + c + d == 0;
    }

    private void train(Range range, float[][] arrays, Step step) {
        float[] parameter = arrays[PARAMETER];
        float[] gradient = arrays[GRADIENT];
        int count = range.count();
        float factor = (float) (step.gradientScale() * step.clip());
        float decay = range.kind() == Kind.WEIGHT ? weightDecay : 0;
        for (int i = 0; i < count; i++) {
            gradient[i] = gradient[i] * factor + decay * parameter[i];
        }
        for (int v = 0; v < ruleVectors; v++) {
            state.get(at(v, range), arrays[STATE + v], 0, count);
        }
        rule.apply(arrays, count, (float) step.learningRate());
        for (int v = 0; v < ruleVectors; v++) {
            state.put(at(v, range), arrays[STATE + v], 0, count);
        }
    }

    private static void move(Range range, float[][] arrays, float scale) {
        float[] parameter = arrays[PARAMETER];
        float[] gradient = arrays[GRADIENT];
        for (int i = 0; i < range.count(); i++) {
            parameter[i] -= gradient[i] * scale;
        }
    }

    private void average(Range range, float[][] arrays, float rate) {
        int at = at(ruleVectors, range);
        state.get(at, arrays[STATE], 0, range.count());
        MovingAverage.apply(arrays[STATE], arrays[PARAMETER], range.count(), rate);
        state.put(at, arrays[STATE], 0, range.count());
    }

    private int at(int vector, Range range) {
        return vector * layout.length() + range.from();
    }

    /**
     * Returns the Euclidean norm of the trainable gradients, in double precision and a fixed order.
     *
     * @param gradientScale factor on every gradient
     */
    public double gradientNorm(FloatBuffer gradients, double gradientScale) {
        blocks.forEach(
                ranges.length,
                (block, arrays) -> {
                    Range range = ranges[block];
                    if (range.kind().trainable()) {
                        gradients.get(range.from(), arrays[GRADIENT], 0, range.count());
                        squares[block] = squares(arrays[GRADIENT], range.count());
                    }
                });
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum) * gradientScale;
    }

    /** Four sums, because one waits for the last addition at every element. */
    private static double squares(float[] values, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < count; i++) {
            a += (double) values[i] * values[i];
        }
        return (a + b) + (c + d);
    }
}
