package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.cuda.Place.Region;

/**
 * The update of the flat parameters by an optimizer, in places of {@link Region#STATE}: [ranges |
 * squares | state vectors].
 *
 * @param vectors of the parameters' length that the rule keeps, the moving average among them
 */
record UpdateSteps(
        TrainConfig config,
        ParameterLayout layout,
        int vectors,
        boolean scaled,
        List<Range> ranges) {
    private static final int RANGE_BYTES = 16;
    private static final int MOST_OF_A_RANGE = 4096;
    private static final int GROWTH_INTERVAL = 2000; // steps until a loss scale is doubled

    /** Neighbours of one kind. */
    record Range(long from, int count, int kind) {}

    /** Returns whether there are kernels of a rule; the host does the others. */
    static boolean knows(OptimizerConfig rule) {
        boolean elementWise =
                rule.kind() == OptimizerConfig.Kind.SGD
                        || rule.kind() == OptimizerConfig.Kind.RMSPROP;
        return elementWise && rule.headWeightDecay() == null;
    }

    static UpdateSteps of(TrainConfig config, ParameterLayout layout, boolean scaled) {
        int ofRule = config.optimizer().kind() == OptimizerConfig.Kind.SGD ? 1 : 2;
        int vectors = config.emaDecay() > 0 ? ofRule + 1 : ofRule;
        return new UpdateSteps(config, layout, vectors, scaled, ranges(layout));
    }

    private static List<Range> ranges(ParameterLayout layout) {
        List<Range> ranges = new ArrayList<>();
        for (Slice slice : layout.slices()) {
            int end = slice.offset() + slice.length();
            for (int from = slice.offset(); from < end; from += MOST_OF_A_RANGE) {
                ranges.add(new Range(from, Math.min(MOST_OF_A_RANGE, end - from), kind(slice)));
            }
        }
        return ranges;
    }

    /** Returns the number that kernels know a kind by. */
    private static int kind(Slice slice) {
        if (slice.frozen()) {
            return 3;
        }
        if (!slice.trainable()) {
            return 2;
        }
        return slice.kind() == Kind.WEIGHT ? 0 : 1;
    }

    long rangeBytes() {
        return (long) RANGE_BYTES * ranges.size();
    }

    void writeRanges(ByteBuffer to) {
        for (Range range : ranges) {
            to.putLong(range.from()).putInt(range.count()).putInt(range.kind());
        }
    }

    private long squaresAt() {
        return TaskBuilder.roundUp(rangeBytes());
    }

    /** Returns where a state vector lies; each is aligned. */
    long vectorAt(int vector) {
        return squaresAt()
                + TaskBuilder.roundUp((long) Double.BYTES * ranges.size())
                + vector * TaskBuilder.roundUp((long) Float.BYTES * layout.length());
    }

    /** Returns the length of the region. */
    long bytes() {
        return vectorAt(vectors);
    }

    /**
     * Returns the steps.
     *
     * @param gradients summed, whole
     */
    List<Step> steps(Place gradients) {
        Steps steps = new Steps();
        Place squares = Place.in(Region.STATE, squaresAt());
        Place where = Place.in(Region.STATE, 0);
        Place parameters = Place.in(Region.PARAMETERS, 0);
        steps.launch("gradient_squares", Grids.each(ranges.size()))
                .at(squares)
                .at(gradients)
                .at(where);
        steps.launch("gradient_norm", Grids.each(1))
                .at(Place.numbers())
                .at(squares)
                .with(ranges.size());
        OptimizerConfig rule = config.optimizer().resolved();
        boolean sgd = rule.kind() == OptimizerConfig.Kind.SGD;
        Launch update =
                steps.launch(sgd ? "sgd_step" : "rmsprop_step", Grids.each(ranges.size()))
                        .at(parameters)
                        .at(Place.in(Region.STATE, vectorAt(0)));
        if (!sgd) {
            update.at(Place.in(Region.STATE, vectorAt(1)));
        }
        update.at(gradients).at(where).at(Place.numbers());
        if (!sgd) {
            update.with(rule.decay().floatValue());
        }
        update.with(rule.momentum().floatValue());
        if (!sgd) {
            update.with(rule.epsilon().floatValue());
        }
        update.with((float) rule.weightDecay());
        if (config.emaDecay() > 0) {
            long count = layout.length();
            steps.launch("average_step", Grids.flat(count))
                    .at(Place.in(Region.STATE, vectorAt(vectors - 1)))
                    .at(parameters)
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
}
