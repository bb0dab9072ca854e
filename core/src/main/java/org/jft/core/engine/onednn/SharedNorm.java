package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_nhwc;

import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.StatisticsExchange;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Shape;

/**
 * What a batch norm over the rows of several ranks does besides: forward, the statistics of all
 * before it normalises; backward, what they make of the gradient behind it. oneDNN itself takes
 * statistics as given then, and leaves both out.
 *
 * <pre>
 *   xhat = (x - mean) / sqrt(variance + epsilon),  y = gamma * xhat + beta
 *   dx = gamma / sqrt(variance + epsilon) * (dy - sum(dy) / n - xhat * sum(dy * xhat) / n)
 * </pre>
 *
 * where mean, variance, sums and their n values a channel are those of all ranks. What ranks tell
 * each other is a row of two numbers a channel and the rows of their batch.
 */
final class SharedNorm {
    private final Dnnl owner;
    private final Layouts layouts;
    private final StatisticsExchange ranks;

    SharedNorm(Dnnl owner, Layouts layouts, StatisticsExchange ranks) {
        this.owner = owner;
        this.layouts = layouts;
        this.ranks = ranks;
    }

    /** The rows of all ranks in working memory, [ranks, channels + channels + 1]. */
    private record Table(Place place, int channels, int own, int ranks) {
        int width() {
            return 2 * channels + 1;
        }

        int length() {
            return ranks * width();
        }

        /** Returns where this rank's first or second number of each channel lies. */
        Place own(int which) {
            int before = own * width() + which * channels;
            return Place.scratch(place.offset() + (long) Float.BYTES * before);
        }
    }

    private Table table(KernelBuilder kernel, int channels) {
        int count = ranks.topology().worldSize();
        long bytes = (long) Float.BYTES * count * (2 * channels + 1);
        return new Table(kernel.scratch(bytes), channels, ranks.topology().rank(), count);
    }

    /** Tells the other ranks the numbers that lie in this one's row, and learns theirs. */
    private void exchange(FloatBuffer numbers, Table table) {
        numbers.put((table.own + 1) * table.width() - 1, layouts.rows());
        ranks.allGather(numbers);
    }

    /** Adds the mean and variance of all ranks. */
    void statistics(Task.Normalize task, KernelBuilder kernel) {
        int channels = ((Op.BatchNorm) task.node().op()).scale().length();
        Table table = table(kernel, channels);
        ofOwnRows(task, kernel, table);
        Task.Statistics batch = task.batch().orElseThrow();
        kernel.java(
                addresses -> {
                    FloatBuffer numbers = Address.floats(addresses, table.place(), table.length());
                    FloatBuffer mean = Address.floats(addresses, Place.of(batch.mean()), channels);
                    FloatBuffer variance =
                            Address.floats(addresses, Place.of(batch.variance()), channels);
                    return () -> {
                        exchange(numbers, table);
                        combine(numbers, table, mean, variance);
                    };
                });
    }

    /** A normalisation for its statistics; what it writes is overwritten. */
    private void ofOwnRows(Task.Normalize task, KernelBuilder kernel, Table table) {
        dnnl_memory_desc image = layouts.image(task.from());
        dnnl_memory_desc vector = owner.describe(dnnl_f32, dnnl_a, table.channels());
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_batch_normalization_forward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        dnnl.dnnl_forward_training,
                                        image,
                                        image,
                                        1, // epsilon: statistics are without
                                        dnnl.dnnl_normalization_flags_none,
                                        owner.attributes()));
        kernel.operation(description)
                .with(DNNL_ARG_SRC, image, Place.of(task.from()))
                .with(DNNL_ARG_DST, image, Place.of(task.to()))
                .with(DNNL_ARG_MEAN, vector, table.own(0))
                .with(DNNL_ARG_VARIANCE, vector, table.own(1));
    }

    /**
     * The mean and variance of the union, rank by rank (Chan, Golub, LeVeque 1979, "Updating
     * formulae and a pairwise algorithm for computing sample variances").
     */
    private static void combine(
            FloatBuffer numbers, Table table, FloatBuffer mean, FloatBuffer variance) {
        int channels = table.channels();
        for (int c = 0; c < channels; c++) {
            double rows = 0;
            double center = 0;
            double squares = 0; // rows times variance
            for (int rank = 0; rank < table.ranks(); rank++) {
                int at = rank * table.width();
                double more = numbers.get(at + 2 * channels);
                double delta = numbers.get(at + c) - center;
                double all = rows + more;
                center += delta * more / all;
                squares +=
                        more * numbers.get(at + channels + c) + delta * delta * rows * more / all;
                rows = all;
            }
            mean.put(c, (float) center);
            variance.put(c, (float) (squares / rows));
        }
    }

    /**
     * Adds to the input's gradient, which holds {@code gamma / sqrt(variance + epsilon) * dy}, what
     * the statistics make of it. This rank's sums are the gradients of shift and scale.
     */
    void correct(Task.NormalizeBackward task, KernelBuilder kernel) {
        Task.Normalize forward = task.forward();
        Op.BatchNorm norm = (Op.BatchNorm) forward.node().op();
        Task.Statistics batch = forward.batch().orElseThrow();
        int channels = norm.scale().length();
        Shape shape = forward.from().shape();
        long image = (long) shape.height() * shape.width();
        Table table = table(kernel, channels);
        Place slope = kernel.scratch((long) Float.BYTES * channels);
        Place offset = kernel.scratch((long) Float.BYTES * channels);
        kernel.java(
                addresses -> {
                    FloatBuffer shiftSums =
                            Address.floats(addresses, Place.gradient(norm.shift()), channels);
                    FloatBuffer scaleSums =
                            Address.floats(addresses, Place.gradient(norm.scale()), channels);
                    FloatBuffer gamma =
                            Address.floats(addresses, Place.parameter(norm.scale()), channels);
                    FloatBuffer variance =
                            Address.floats(addresses, Place.of(batch.variance()), channels);
                    FloatBuffer numbers = Address.floats(addresses, table.place(), table.length());
                    FloatBuffer slopes = Address.floats(addresses, slope, channels);
                    FloatBuffer offsets = Address.floats(addresses, offset, channels);
                    int own = table.own() * table.width();
                    return () -> {
                        numbers.put(own, shiftSums, 0, channels);
                        numbers.put(own + channels, scaleSums, 0, channels);
                        exchange(numbers, table);
                        double values = image * rows(numbers, table);
                        for (int c = 0; c < channels; c++) {
                            double inverse = 1 / Math.sqrt(variance.get(c) + norm.epsilon());
                            double factor = -gamma.get(c) * inverse / values;
                            offsets.put(c, (float) (factor * sum(numbers, table, c)));
                            slopes.put(
                                    c,
                                    (float) (factor * inverse * sum(numbers, table, channels + c)));
                        }
                    };
                });
        add(task, kernel, slope, offset);
    }

    private static double rows(FloatBuffer numbers, Table table) {
        return sum(numbers, table, table.width() - 1);
    }

    private static double sum(FloatBuffer numbers, Table table, int column) {
        double sum = 0;
        for (int rank = 0; rank < table.ranks(); rank++) {
            sum += numbers.get(rank * table.width() + column);
        }
        return sum;
    }

    /**
     * Adds {@code (x - mean) * slope + offset}, as one pass over both: oneDNN's own sum would have
     * to come first. Of channels-first vectors its fast code takes the first channel's numbers for
     * all (3.11); they lie the same channels-last.
     */
    private void add(Task.NormalizeBackward task, KernelBuilder kernel, Place slope, Place offset) {
        Task.Normalize forward = task.forward();
        Shape shape = forward.from().shape();
        int type = layouts.type(forward.from());
        int tag = Layouts.isVector(shape) ? dnnl_nhwc : layouts.tag(shape);
        dnnl_memory_desc image = layouts.describe(type, tag, shape);
        dnnl_memory_desc vector = owner.describe(dnnl_f32, tag, 1, shape.channels(), 1, 1);
        dnnl_primitive_attr behind =
                new Attributes(owner)
                        .binary(
                                List.of(
                                        new Attributes.Binary(dnnl.dnnl_binary_mul, vector),
                                        new Attributes.Binary(dnnl.dnnl_binary_add, vector),
                                        new Attributes.Binary(dnnl.dnnl_binary_add, image)));
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_binary_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        dnnl.dnnl_binary_sub,
                                        image,
                                        vector,
                                        image,
                                        behind));
        Place mean = Place.of(forward.batch().orElseThrow().mean());
        kernel.operation(description)
                .with(DNNL_ARG_SRC_0, image, Place.of(forward.from()))
                .with(DNNL_ARG_SRC_1, vector, mean)
                .with(Attributes.postOperation(0) | DNNL_ARG_SRC_1, vector, slope)
                .with(Attributes.postOperation(1) | DNNL_ARG_SRC_1, vector, offset)
                .with(Attributes.postOperation(2) | DNNL_ARG_SRC_1, image, Place.of(task.to()))
                .with(DNNL_ARG_DST, image, Place.of(task.to()));
    }
}
