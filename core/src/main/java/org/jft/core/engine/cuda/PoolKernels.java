package org.jft.core.engine.cuda;

import java.util.Optional;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Op.Pool.Kind;
import org.jft.core.engine.program.Op.Resize.Method;
import org.jft.core.engine.program.Shape;
import org.jft.core.engine.program.Window;

/** What moves pixels and channels about: pooling, resampling, concatenation. */
final class PoolKernels {
    private static final int MOST_BYTE_INDICES = 256;

    private final Layouts layouts;

    PoolKernels(Layouts layouts) {
        this.layouts = layouts;
    }

    void pool(Task.Pool task, TaskBuilder builder) {
        Op.Pool pool = (Op.Pool) task.node().op();
        Shape from = task.from().shape();
        Shape to = task.to().shape();
        int n = layouts.rows();
        int c = from.channels();
        task.maxima().ifPresent(at -> layouts.setOpaque(at, maximaBytes(task)));
        if (global(pool, from)) {
            boolean max = pool.kind() == Kind.MAX;
            Launch launch =
                    builder.launch(
                                    max ? "global_max_pool" : "global_average_pool",
                                    Grids.columnsOfImages(n, c))
                            .at(Place.of(task.to()));
            if (max) {
                ElementKernels.optional(launch, task.maxima().map(Place::of));
            }
            launch.at(Place.of(task.from())).with(n).with(from.height() * from.width()).with(c);
            return;
        }
        var grid = Grids.image(n, to.height(), to.width(), c);
        if (pool.kind() == Kind.MAX) {
            Launch launch = builder.launch("max_pool" + width(pool), grid).at(Place.of(task.to()));
            ElementKernels.optional(launch, task.maxima().map(Place::of))
                    .at(Place.of(task.from()))
                    .structure(sliding(pool, from, to));
        } else {
            builder.launch("average_pool", grid)
                    .at(Place.of(task.to()))
                    .at(Place.of(task.from()))
                    .structure(sliding(pool, from, to));
        }
    }

    void poolBackward(Task.PoolBackward task, TaskBuilder builder) {
        Task.Pool forward = task.forward();
        Op.Pool pool = (Op.Pool) forward.node().op();
        Shape from = forward.from().shape();
        int n = layouts.rows();
        int c = from.channels();
        boolean max = pool.kind() == Kind.MAX;
        Optional<Place> maxima = forward.maxima().map(Place::of);
        if (global(pool, from)) {
            int pixels = from.height() * from.width();
            Launch launch =
                    builder.launch(
                                    max
                                            ? "global_max_pool_backward"
                                            : "global_average_pool_backward",
                                    Grids.image(n, pixels, 1, c))
                            .at(Place.of(task.to()));
            maxima.ifPresent(launch::at);
            launch.at(Place.of(task.gradient())).with(n).with(pixels).with(c);
            return;
        }
        Launch launch =
                builder.launch(
                                max ? "max_pool_backward" + width(pool) : "average_pool_backward",
                                Grids.image(n, from.height(), from.width(), c))
                        .at(Place.of(task.to()));
        maxima.ifPresent(launch::at);
        launch.at(Place.of(task.gradient())).structure(sliding(pool, from, forward.to().shape()));
    }

    private long maximaBytes(Task.Pool task) {
        Op.Pool pool = (Op.Pool) task.node().op();
        boolean bytes = !global(pool, task.from().shape()) && width(pool).isEmpty();
        return layouts.count(task.to()) * (bytes ? Byte.BYTES : Integer.BYTES);
    }

    private static boolean global(Op.Pool pool, Shape from) {
        return pool.window().equals(Window.over(from));
    }

    private static String width(Op.Pool pool) {
        Window.Pair kernel = pool.window().kernel();
        return kernel.vertical() * kernel.horizontal() <= MOST_BYTE_INDICES ? "" : "_wide";
    }

    private int[] sliding(Op.Pool pool, Shape from, Shape to) {
        Window window = pool.window();
        return new int[] {
            layouts.rows(),
            from.height(),
            from.width(),
            from.channels(),
            to.height(),
            to.width(),
            window.kernel().vertical(),
            window.kernel().horizontal(),
            window.stride().vertical(),
            window.stride().horizontal(),
            window.dilation().vertical(),
            window.dilation().horizontal(),
            window.before().vertical(),
            window.before().horizontal(),
            pool.countPadding() ? 1 : 0
        };
    }

    void resample(Task.Resample task, TaskBuilder builder) {
        Shape to = task.to().shape();
        builder.launch(
                        kernel(task.node().op()),
                        Grids.image(layouts.rows(), to.height(), to.width(), to.channels()))
                .at(Place.of(task.to()))
                .at(Place.of(task.from()))
                .structure(resize(task.from().shape(), to));
    }

    void resampleBackward(Task.ResampleBackward task, TaskBuilder builder) {
        Shape to = task.to().shape();
        builder.launch(
                        kernel(task.node().op()) + "_backward",
                        Grids.image(layouts.rows(), to.height(), to.width(), to.channels()))
                .at(Place.of(task.to()))
                .at(Place.of(task.from()))
                .structure(resize(to, task.from().shape()));
    }

    private static String kernel(Op op) {
        return ((Op.Resize) op).method() == Method.NEAREST ? "resize_nearest" : "resize_bilinear";
    }

    /** Returns the structure of a resampling, before and after; the same for backward. */
    private int[] resize(Shape before, Shape after) {
        return new int[] {
            layouts.rows(),
            before.height(),
            before.width(),
            before.channels(),
            after.height(),
            after.width()
        };
    }

    void concatenate(Task.Concatenate task, TaskBuilder builder) {
        int first = 0;
        for (Tensor part : task.from()) {
            copyChannels(builder, part, 0, task.to(), first, part.shape().channels());
            first += part.shape().channels();
        }
    }

    void takeChannels(Task.TakeChannels task, TaskBuilder builder) {
        copyChannels(
                builder,
                task.from(),
                task.firstChannel(),
                task.to(),
                0,
                task.to().shape().channels());
    }

    private void copyChannels(
            TaskBuilder builder, Tensor from, int fromFirst, Tensor to, int toFirst, int channels) {
        long pixels = layouts.pixels(to);
        builder.launch("copy_channels", Grids.flat(pixels * channels))
                .at(Place.of(to))
                .at(Place.of(from))
                .with(pixels)
                .with(channels)
                .with(layouts.channels(to))
                .with(toFirst)
                .with(layouts.channels(from))
                .with(fromFirst);
    }
}
