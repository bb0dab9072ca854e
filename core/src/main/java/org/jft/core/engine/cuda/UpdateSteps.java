package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.OptimizerConfig.Kind;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.cuda.PassNumbers.Corrections;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.model.Architectures;

/**
 * The update of the flat parameters by an optimizer, in places of {@link Region#STATE}: [ranges |
 * squares | squares and ratios of tensors | state vectors].
 *
 * @param rule with the values that it has of its own
 * @param tensors of weights that are trained
 */
record UpdateSteps(
        OptimizerConfig rule,
        boolean averaged,
        ParameterLayout layout,
        boolean scaled,
        List<Range> ranges,
        int tensors) {
    private static final int RANGE_BYTES = 24;
    private static final int MOST_OF_A_RANGE = 4096;
    private static final int GROWTH_INTERVAL = 2000; // steps until a loss scale is doubled
    private static final int NONE = -1;

    /**
     * Neighbours of one slice.
     *
     * @param tensor which of the tensors of weights they are of; {@link #NONE} if of another kind
     */
    record Range(long from, int count, int kind, float decay, int tensor) {}

    static UpdateSteps of(TrainConfig config, ParameterLayout layout, boolean scaled) {
        OptimizerConfig rule = config.optimizer().resolved();
        List<Range> ranges = ranges(layout, rule);
        int last = ranges.stream().mapToInt(Range::tensor).max().orElse(NONE);
        int tensors = Math.max(1, last + 1); // a grid has a block
        return new UpdateSteps(rule, config.emaDecay() > 0, layout, scaled, ranges, tensors);
    }

    private static List<Range> ranges(ParameterLayout layout, OptimizerConfig rule) {
        List<Range> ranges = new ArrayList<>();
        int tensors = 0;
        for (Slice slice : layout.slices()) {
            boolean weight = slice.kind() == ParameterLayout.Kind.WEIGHT && !slice.frozen();
            boolean head = slice.layer().equals(Architectures.HEAD);
            float decay = weight ? (float) rule.weightDecayOf(head) : 0;
            int tensor = weight ? tensors++ : NONE;
            int end = slice.offset() + slice.length();
            for (int from = slice.offset(); from < end; from += MOST_OF_A_RANGE) {
                int count = Math.min(MOST_OF_A_RANGE, end - from);
                ranges.add(new Range(from, count, kind(slice), decay, tensor));
            }
        }
        return ranges;
    }

    /** Returns the number that kernels know a kind by. */
    private static int kind(Slice slice) {
        if (slice.frozen()) {
            return 2;
        }
        return slice.trainable() ? 0 : 1;
    }

    private boolean layerwise() {
        return rule.kind() == Kind.LARS || rule.kind() == Kind.LAMB;
    }

    /** Returns how many vectors of the parameters' length the rule keeps. */
    private int vectorsOfRule() {
        return switch (rule.kind()) {
            case SGD, LARS -> 1;
            case RMSPROP, LAMB -> 2;
        };
    }

    /** Returns the same, with the moving average. */
    int vectors() {
        return averaged ? vectorsOfRule() + 1 : vectorsOfRule();
    }

    /**
     * Returns what makes up for moments that start at 0.
     *
     * @param step of the run, from 0
     */
    Corrections corrections(long step) {
        return rule.kind() == Kind.LAMB
                ? new Corrections(
                        correction(rule.momentum().floatValue(), step),
                        correction(rule.decay().floatValue(), step))
                : Corrections.NONE;
    }

    private static float correction(float beta, long step) {
        return (float) (1 / (1 - Math.pow(beta, step + 1.0)));
    }

    long rangeBytes() {
        return (long) RANGE_BYTES * ranges.size();
    }

    void writeRanges(ByteBuffer to) {
        for (Range range : ranges) {
            to.putLong(range.from())
                    .putInt(range.count())
                    .putInt(range.kind())
                    .putFloat(range.decay())
                    .putInt(range.tensor());
        }
    }

    private long squaresAt() {
        return TaskBuilder.roundUp(rangeBytes());
    }

    private long tensorSquaresAt() {
        return squaresAt() + TaskBuilder.roundUp((long) Double.BYTES * ranges.size());
    }

    private long ratiosAt() {
        long bytes = layerwise() ? 2L * Double.BYTES * ranges.size() : 0;
        return tensorSquaresAt() + TaskBuilder.roundUp(bytes);
    }

    /** Returns where a state vector lies; each is aligned. */
    long vectorAt(int vector) {
        long bytes = layerwise() ? (long) Double.BYTES * tensors : 0;
        return ratiosAt()
                + TaskBuilder.roundUp(bytes)
                + vector * TaskBuilder.roundUp((long) Float.BYTES * layout.length());
    }

    /** Returns the length of the region. */
    long bytes() {
        return vectorAt(vectors());
    }

    /**
     * Returns the steps.
     *
     * @param gradients summed, whole
     */
    List<Step> steps(Place gradients) {
        Steps steps = new Steps();
        steps.launch("gradient_squares", Grids.each(ranges.size()))
                .at(Place.in(Region.STATE, squaresAt()))
                .at(gradients)
                .at(where());
        steps.launch("gradient_norm", Grids.each(1))
                .at(Place.numbers())
                .at(Place.in(Region.STATE, squaresAt()))
                .with(ranges.size());
        update(gradients).forEach(steps::add);
        if (averaged) {
            long count = layout.length();
            steps.launch("average_step", Grids.flat(count))
                    .at(Place.in(Region.STATE, vectorAt(vectorsOfRule())))
                    .at(parameters())
                    .at(Place.numbers())
                    .with(count);
        }
        if (scaled) {
            steps.launch("update_loss_scale", Grids.each(1))
                    .at(Place.numbers())
                    .with(GROWTH_INTERVAL);
        }
        return steps.all();
    }

    private List<Step> update(Place gradients) {
        float momentum = rule.momentum().floatValue();
        float decay = rule.decay().floatValue();
        float epsilon = rule.epsilon().floatValue();
        double trust = rule.trustCoefficient();
        return switch (rule.kind()) {
            case SGD -> List.of(step("sgd_step", gradients).with(momentum));
            case RMSPROP ->
                    List.of(
                            step("rmsprop_step", gradients)
                                    .with(decay)
                                    .with(momentum)
                                    .with(epsilon));
            case LARS ->
                    List.of(
                            squares("lars_squares", 0, gradients),
                            ratios(trust, 1),
                            step("lars_step", gradients).with(momentum).with(trust));
            case LAMB ->
                    List.of(
                            squares("lamb_squares", vectorsOfRule(), gradients)
                                    .with(momentum)
                                    .with(decay)
                                    .with(epsilon),
                            ratios(1, 0),
                            step("lamb_step", gradients).with(momentum).with(decay).with(epsilon));
        };
    }

    /**
     * Returns the sums of squares that norms of tensors are made of, without the rule's numbers.
     *
     * @param vectors of state that it reads
     */
    private Launch squares(String kernel, int vectors, Place gradients) {
        Launch launch =
                new Launch(kernel, Grids.each(ranges.size()))
                        .at(Place.in(Region.STATE, tensorSquaresAt()))
                        .at(parameters());
        return state(launch, vectors).at(gradients).at(where()).at(Place.numbers());
    }

    private Launch ratios(double trust, double shareOfDecay) {
        return new Launch("trust_ratios", Grids.each(tensors))
                .at(Place.in(Region.STATE, ratiosAt()))
                .at(Place.in(Region.STATE, tensorSquaresAt()))
                .at(where())
                .with(ranges.size())
                .with(trust)
                .with(shareOfDecay);
    }

    /** Returns the update itself, without the rule's numbers. */
    private Launch step(String kernel, Place gradients) {
        Launch launch = new Launch(kernel, Grids.each(ranges.size())).at(parameters());
        state(launch, vectorsOfRule()).at(gradients).at(where());
        if (layerwise()) {
            launch.at(Place.in(Region.STATE, ratiosAt()));
        }
        return launch.at(Place.numbers());
    }

    private Launch state(Launch launch, int vectors) {
        for (int vector = 0; vector < vectors; vector++) {
            launch.at(Place.in(Region.STATE, vectorAt(vector)));
        }
        return launch;
    }

    private static Place where() {
        return Place.in(Region.STATE, 0);
    }

    private static Place parameters() {
        return Place.in(Region.PARAMETERS, 0);
    }
}
