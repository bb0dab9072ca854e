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
import java.util.stream.Stream;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.model.Architectures;

/**
 * Applies averaged gradients to the flat parameters, in place and in one pass over memory, and
 * keeps the parameters' moving average if asked to; rules that take norms of tensors read it twice.
 * Works through the vectors in {@link Blocks}; the same inputs give the same bits on any number of
 * threads. Not thread-safe.
 *
 * <p>Frozen slices stay as they are, bit by bit. Weights get L2 decay (added to the gradient, as
 * TensorFlow and PyTorch's SGD do), those of the head their own if asked for (Zhai et al. 2022,
 * arXiv 2106.04560); batch-norm parameters and biases do not. Running statistics are moved by
 * {@code parameter -= gradient}, see {@link org.jft.core.engine.Engine#gradients()}.
 */
public final class Optimizer {
    private static final int PARAMETER = 0; // which of a thread's arrays
    private static final int GRADIENT = 1;
    private static final int STATE = 2;
    private static final int NONE = -1;

    /**
     * At most {@link Blocks#SIZE} neighbours of one kind.
     *
     * @param tensor which of the tensors of weights they are of; {@link #NONE} if of another kind
     */
    private record Range(Kind kind, int tensor, int from, int count, float decay) {}

    /** Adds up numbers over the ranks that tensors lie on, in place. All of them call. */
    @FunctionalInterface
    public interface SquareSum {
        /** Of a worker that has its tensors whole. */
        SquareSum WHOLE = squares -> {};

        /** Sums. */
        void sum(double[] squares);
    }

    private final ParameterLayout layout;
    private final UpdateRule rule;
    private final Blocks blocks;
    private final Range[] ranges;
    private final int tensors; // of weights
    private final double[] squares; // of each range's gradient
    private final double[] weightSquares; // of its parameters
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
        rule = rule(config.optimizer());
        average = config.emaDecay() > 0 ? new MovingAverage(config.emaDecay()) : null;
        ranges = ranges(layout, config.optimizer());
        squares = new double[ranges.length];
        weightSquares = new double[ranges.length];
        tensors = 1 + Stream.of(ranges).mapToInt(Range::tensor).max().orElse(NONE);
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

    private static UpdateRule rule(OptimizerConfig given) {
        OptimizerConfig config = given.resolved();
        return switch (config.kind()) {
            case SGD -> new UpdateRule.Sgd(config.momentum().floatValue());
            case RMSPROP ->
                    new UpdateRule.RmsProp(
                            config.decay().floatValue(),
                            config.momentum().floatValue(),
                            config.epsilon().floatValue());
            case LARS ->
                    new LayerwiseRule.Lars(
                            config.momentum().floatValue(), config.trustCoefficient());
            case LAMB ->
                    new LayerwiseRule.Lamb(
                            config.momentum().floatValue(),
                            config.decay().floatValue(),
                            config.epsilon().floatValue());
        };
    }

    private static Range[] ranges(ParameterLayout layout, OptimizerConfig config) {
        List<Range> ranges = new ArrayList<>();
        int tensors = 0;
        for (Slice slice : layout.slices()) {
            boolean weight = slice.kind() == Kind.WEIGHT && !slice.frozen();
            int tensor = weight ? tensors++ : NONE;
            boolean head = slice.layer().equals(Architectures.HEAD);
            float decay = weight ? (float) config.weightDecayOf(head) : 0;
            int end = slice.frozen() ? 0 : slice.offset() + slice.length();
            for (int from = slice.offset(); from < end; from += Blocks.SIZE) {
                int count = Math.min(Blocks.SIZE, end - from);
                ranges.add(new Range(slice.kind(), tensor, from, count, decay));
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

    /** Takes one step with all tensors whole; see below. */
    public boolean step(FloatBuffer parameters, FloatBuffer gradients, Step step) {
        return step(parameters, gradients, step, SquareSum.WHOLE);
    }

    /**
     * Takes one step.
     *
     * @param parameters the flat vector, changed in place
     * @param gradients sums; multiplied by the step's scale first
     * @param sum of squares, for norms of tensors of which this vector has a part; called by rules
     *     that take norms of tensors, at most once
     * @return whether all it wrote is finite. The loss alone would not tell: a rectifier may turn a
     *     parameter that is no number into zeros, and an infinite mean square stops its parameter
     */
    public boolean step(FloatBuffer parameters, FloatBuffer gradients, Step step, SquareSum sum) {
        checkArgument(parameters.capacity() >= layout.length(), "parameters are too short");
        checkArgument(gradients.capacity() >= layout.length(), "gradients are too short");
        float averageRate = averageRate(step.number());
        double[] ratios =
                rule instanceof LayerwiseRule layerwise
                        ? ratios(layerwise, parameters, gradients, step, sum)
                        : null;
        AtomicBoolean finite = new AtomicBoolean(true);
        blocks.forEach(
                ranges.length,
                (block, arrays) -> {
                    Range range = ranges[block];
                    parameters.get(range.from(), arrays[PARAMETER], 0, range.count());
                    gradients.get(range.from(), arrays[GRADIENT], 0, range.count());
                    int vectors = 0;
                    if (range.kind().trainable()) {
                        train(range, arrays, step, ratio(range.tensor(), ratios));
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

    private void train(Range range, float[][] arrays, Step step, double ratio) {
        int count = range.count();
        readState(range, arrays);
        rule.direction(arrays, count, factor(step), range.decay(), step.number());
        rule.apply(arrays, count, (float) (step.learningRate() * ratio));
        for (int v = 0; v < ruleVectors; v++) {
            state.put(at(v, range), arrays[STATE + v], 0, count);
        }
    }

    private double ratio(int tensor, double[] ratios) {
        if (rule instanceof LayerwiseRule layerwise) {
            return tensor == NONE ? layerwise.unadapted() : ratios[tensor];
        }
        return 1;
    }

    private void readState(Range range, float[][] arrays) {
        for (int v = 0; v < ruleVectors; v++) {
            state.get(at(v, range), arrays[STATE + v], 0, range.count());
        }
    }

    private static float factor(Step step) {
        return (float) (step.gradientScale() * step.clip());
    }

    /** Returns the factor on the rate of each tensor of weights; changes nothing but arrays. */
    private double[] ratios(
            LayerwiseRule layerwise,
            FloatBuffer parameters,
            FloatBuffer gradients,
            Step step,
            SquareSum sum) {
        blocks.forEach(
                ranges.length,
                (block, arrays) -> {
                    Range range = ranges[block];
                    if (range.tensor() != NONE) {
                        int count = range.count();
                        parameters.get(range.from(), arrays[PARAMETER], 0, count);
                        gradients.get(range.from(), arrays[GRADIENT], 0, count);
                        readState(range, arrays);
                        layerwise.measured(
                                arrays, count, factor(step), range.decay(), step.number());
                        weightSquares[block] = squares(arrays[PARAMETER], count);
                        squares[block] = squares(arrays[GRADIENT], count);
                    }
                });
        double[] sums = new double[2 * tensors]; // of parameters, then of what was measured
        double[] decays = new double[tensors];
        for (int r = 0; r < ranges.length; r++) {
            int tensor = ranges[r].tensor();
            if (tensor != NONE) {
                sums[tensor] += weightSquares[r];
                sums[tensors + tensor] += squares[r];
                decays[tensor] = ranges[r].decay();
            }
        }
        sum.sum(sums);
        double[] ratios = new double[tensors];
        for (int t = 0; t < tensors; t++) {
            double weights = Math.sqrt(sums[t]);
            ratios[t] = layerwise.ratio(weights, Math.sqrt(sums[tensors + t]), decays[t]);
        }
        return ratios;
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
