package org.jft.core.engine.cuda;

import java.util.Optional;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;

/** Element-wise functions, sums, dropout, epilogues and gradients of biases. */
final class ElementKernels {
    private static final int NO_FUNCTION = -1;

    private final Layouts layouts;

    ElementKernels(Layouts layouts) {
        this.layouts = layouts;
    }

    void activate(Task.Activate task, TaskBuilder builder) {
        Op.Activation activation = (Op.Activation) task.node().op();
        long count = layouts.count(task.to());
        builder.launch("activate", Grids.flat(count))
                .at(Place.of(task.to()))
                .at(Place.of(task.from()))
                .with(count)
                .with(activation.function().ordinal())
                .with(activation.alpha());
    }

    void activateBackward(Task.ActivateBackward task, TaskBuilder builder) {
        long count = layouts.count(task.to());
        builder.launch("activate_backward", Grids.flat(count))
                .at(Place.of(task.to()))
                .at(Place.of(task.value()))
                .at(Place.of(task.gradient()))
                .with(count)
                .with(task.activation().function().ordinal())
                .with(task.activation().alpha());
    }

    void sum(Task.Sum task, TaskBuilder builder) {
        long count = layouts.count(task.to());
        builder.launch("add", Grids.flat(count))
                .at(Place.of(task.to()))
                .at(Place.of(task.left()))
                .at(Place.of(task.right()))
                .with(count)
                .with(task.relu() ? 1 : 0);
    }

    void drawMask(Task.DrawMask task, TaskBuilder builder) {
        Op.Dropout dropout = (Op.Dropout) task.node().op();
        long count = layouts.count(task.to());
        builder.launch("draw_mask", Grids.flat(count))
                .at(Place.of(task.to()))
                .at(Place.numbers())
                .with(count)
                .with(dropout.seed())
                .with(dropout.keep());
    }

    void applyMask(Task.ApplyMask task, TaskBuilder builder) {
        long count = layouts.count(task.to());
        builder.launch("apply_mask", Grids.flat(count))
                .at(Place.of(task.to()))
                .at(Place.of(task.from()))
                .at(Place.of(task.mask()))
                .with(count)
                .with((float) (1 / task.keep()));
    }

    /** Adds {@code to = function(to + bias + addend)}. */
    void epilogue(
            TaskBuilder builder,
            Tensor to,
            Optional<Place> bias,
            Optional<Tensor> addend,
            Optional<Op.Activation> activation) {
        long count = layouts.count(to);
        String suffix = layouts.widened(to) ? "_float" : "";
        Optional<Place> added =
                addend.map(
                        tensor ->
                                layouts.widened(to) && !layouts.widened(tensor)
                                        ? widen(builder, tensor)
                                        : Place.of(tensor));
        Launch launch =
                builder.launch("linear_epilogue" + suffix, Grids.flat(count))
                        .at(Place.of(to))
                        .at(Place.of(to));
        optional(launch, bias);
        optional(launch, added);
        launch.with(count)
                .with(to.shape().channels())
                .with(activation.map(f -> f.function().ordinal()).orElse(NO_FUNCTION))
                .with(activation.map(Op.Activation::alpha).orElse(0f));
    }

    private Place widen(TaskBuilder builder, Tensor from) {
        long count = layouts.count(from);
        Place to = builder.scratch(Float.BYTES * count);
        builder.launch("cast_to_float", Grids.flat(count)).at(to).at(Place.of(from)).with(count);
        return to;
    }

    static Launch optional(Launch launch, Optional<Place> place) {
        return place.isPresent() ? launch.at(place.get()) : launch.none();
    }

    /** Adds the sums of a gradient over all pixels. */
    void biasGradient(TaskBuilder builder, Tensor gradient, Slice bias) {
        long pixels = layouts.pixels(gradient);
        int channels = bias.length();
        int chunks = Grids.chunks(pixels, channels);
        Place partials = builder.scratch((long) Float.BYTES * chunks * channels);
        builder.launch("column_sums_partial", Grids.columns(channels, chunks))
                .at(partials)
                .at(Place.of(gradient))
                .with(pixels)
                .with(channels);
        Launch sums =
                builder.launch("column_sums", Grids.combine(channels))
                        .at(Place.gradient(bias))
                        .at(partials);
        unscale(sums).with(channels).with(chunks);
    }

    /** Adds the factor that takes the loss scale back, where there is one. */
    Launch unscale(Launch launch) {
        return layouts.scaled() ? launch.at(Place.unscale()) : launch.none();
    }
}
