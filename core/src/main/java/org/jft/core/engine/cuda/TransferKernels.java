package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Shape;

/**
 * The borders of a network: the caller's buffers, float32 and channels-first or uint8 and
 * channels-last, to tensors and back.
 */
final class TransferKernels {
    static final int COLOURS = 3;
    private static final long INVERSE = (long) Float.BYTES * COLOURS; // behind the means

    /** What an input of the network is fed with. */
    enum Feed {
        /** uint8 photographs. */
        PIXELS,
        /** float32. */
        FLOATS
    }

    private final Layouts layouts;

    TransferKernels(Layouts layouts) {
        this.layouts = layouts;
    }

    /** Compiles the loading of an input for both feeds; which one is known when it is run. */
    void loadInput(Task.LoadInput task, TaskBuilder builder) {
        builder.step(new InputStep(task.index(), pixels(task), floats(task)));
    }

    private Step pixels(Task.LoadInput task) {
        long pixels = layouts.pixels(task.to());
        return new Launch("pixels_to_nhwc", Grids.flat(2 * pixels))
                .at(Place.of(task.to()))
                .at(Place.buffer(Region.INPUT, task.index()))
                .at(Place.in(Region.COLOURS, 0))
                .at(Place.in(Region.COLOURS, INVERSE))
                .with(pixels)
                .with(layouts.channels(task.to()));
    }

    private Step floats(Task.LoadInput task) {
        return toNhwc(task.to(), Place.buffer(Region.INPUT, task.index()))
                .none()
                .with(layouts.rows())
                .with(task.to().shape().channels())
                .with(pixelsOf(task.to()))
                .with(layouts.channels(task.to()));
    }

    private Launch toNhwc(Tensor to, Place from) {
        return new Launch("nchw_to_nhwc", Grids.tiles(layouts.count(to))).at(Place.of(to)).at(from);
    }

    void storeOutput(Task.StoreOutput task, TaskBuilder builder) {
        builder.step(toNchw(task.from(), Place.buffer(Region.OUTPUT, task.index()), false));
    }

    void loadOutputGradient(Task.LoadOutputGradient task, TaskBuilder builder) {
        Launch launch = toNhwc(task.to(), Place.buffer(Region.OUTPUT_GRADIENT, task.index()));
        if (layouts.scaled()) {
            launch.at(Place.lossScale());
        } else {
            launch.none();
        }
        builder.step(
                launch.with(layouts.rows())
                        .with(task.to().shape().channels())
                        .with(pixelsOf(task.to()))
                        .with(layouts.channels(task.to())));
    }

    /** Without a path from the input to an output the gradient is zero. */
    void storeInputGradient(Task.StoreInputGradient task, TaskBuilder builder, long bytes) {
        Place to = Place.buffer(Region.INPUT_GRADIENT, task.index());
        builder.step(
                task.from().isPresent()
                        ? toNchw(task.from().get(), to, true)
                        : new ZeroStep(to, bytes));
    }

    private Step toNchw(Tensor from, Place to, boolean gradient) {
        Shape shape = from.shape();
        long count = (long) layouts.rows() * shape.elements();
        String suffix = layouts.widened(from) ? "_float" : "";
        Launch launch =
                new Launch("nhwc_to_nchw" + suffix, Grids.tiles(count)).at(to).at(Place.of(from));
        if (gradient && layouts.scaled()) {
            launch.at(Place.unscale());
        } else {
            launch.none();
        }
        return launch.with(layouts.rows())
                .with(shape.channels())
                .with(pixelsOf(from))
                .with(layouts.channels(from));
    }

    private static int pixelsOf(Tensor tensor) {
        return tensor.shape().height() * tensor.shape().width();
    }
}
