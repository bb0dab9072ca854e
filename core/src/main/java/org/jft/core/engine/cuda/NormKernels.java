package org.jft.core.engine.cuda;

import static org.jft.core.engine.cuda.ElementKernels.optional;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;

/**
 * Batch normalization in kernels of ours. With the statistics of the batch they are one of several
 * ways, {@link NormWays}.
 */
final class NormKernels {
    private final Layouts layouts;
    private final ElementKernels elements;
    private final Map<Tensor, List<Task.Normalize>> readers = new HashMap<>(); // of statistics
    private final Map<Task.Normalize, NormWays> ways = new HashMap<>();

    NormKernels(Layouts layouts, ElementKernels elements, List<Task> tasks) {
        this.layouts = layouts;
        this.elements = elements;
        for (Task task : tasks) {
            if (task instanceof Task.Normalize norm && norm.batch().isPresent()) {
                readers.computeIfAbsent(norm.from(), key -> new ArrayList<>()).add(norm);
            }
        }
    }

    /**
     * Returns the step of a convolution, which may leave sums for the norm behind it.
     *
     * @param alone the convolution without them
     */
    Step convolution(Task.Linear task, DnnStep alone, Copies copies) {
        List<Task.Normalize> norms = readers.getOrDefault(task.to(), List.of());
        if (norms.size() != 1 || !ConvolutionSums.possible(task, alone)) {
            return alone;
        }
        NormWays of =
                new NormWays(
                        layouts,
                        norms.get(0),
                        copies,
                        Optional.of(ConvolutionSums.of(alone, copies)));
        ways.put(norms.get(0), of);
        return of.convolution();
    }

    void forward(Task.Normalize task, TaskBuilder builder) {
        task.mask().ifPresent(mask -> layouts.setOpaque(mask, Element.BIT.bytes(count(task))));
        if (task.batch().isEmpty()) {
            builder.step(apply(task));
            return;
        }
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        long pixels = layouts.pixels(task.from());
        int channels = norm.scale().length();
        int chunks = Grids.chunks(pixels, channels);
        Place partials = builder.scratch(2L * Float.BYTES * chunks * channels);
        Steps pieces = new Steps();
        pieces.launch("norm_statistics_partial", Grids.columns(channels, chunks))
                .at(partials)
                .at(Place.of(task.from()))
                .with(pixels)
                .with(channels);
        pieces.launch("norm_statistics", Grids.combine(channels))
                .at(mean(task))
                .at(variance(task))
                .at(partials)
                .with(pixels)
                .with(channels)
                .with(chunks);
        NormWays of =
                ways.computeIfAbsent(
                        task,
                        key -> new NormWays(layouts, key, builder.copies(), Optional.empty()));
        Optional<Step> fromSums = of.sums().map(sums -> statistics(task, sums));
        builder.step(of.forward(pieces.all(), fromSums, apply(task)));
    }

    private Launch statistics(Task.Normalize task, ConvolutionSums sums) {
        int channels = ((Op.BatchNorm) task.node().op()).scale().length();
        return new Launch("norm_statistics_of_sums", Grids.channels(channels))
                .at(mean(task))
                .at(variance(task))
                .at(sums.sum())
                .at(sums.squares())
                .with(layouts.pixels(task.from()))
                .with(channels);
    }

    private long count(Task.Normalize task) {
        return layouts.count(task.to());
    }

    private Launch apply(Task.Normalize task) {
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        int channels = norm.scale().length();
        Launch launch =
                new Launch("norm_apply", Grids.flat(count(task), channels)).at(Place.of(task.to()));
        optional(launch, task.mask().map(Place::of)).at(Place.of(task.from()));
        return optional(launch, task.addend().map(Place::of))
                .at(mean(task))
                .at(variance(task))
                .at(Place.parameter(norm.scale()))
                .at(Place.parameter(norm.shift()))
                .with(layouts.pixels(task.from()))
                .with(channels)
                .with((float) norm.epsilon())
                .with(task.relu() ? 1 : 0);
    }

    private static Place mean(Task.Normalize task) {
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        return task.batch()
                .map(batch -> Place.of(batch.mean()))
                .orElseGet(() -> Place.parameter(norm.mean()));
    }

    private static Place variance(Task.Normalize task) {
        Op.BatchNorm norm = (Op.BatchNorm) task.node().op();
        return task.batch()
                .map(batch -> Place.of(batch.variance()))
                .orElseGet(() -> Place.parameter(norm.variance()));
    }

    void backward(Task.NormalizeBackward task, TaskBuilder builder) {
        Task.Normalize forward = task.forward();
        if (forward.batch().isEmpty()) {
            builder.step(data(task, Optional.empty()));
            return;
        }
        Op.BatchNorm norm = (Op.BatchNorm) forward.node().op();
        long pixels = layouts.pixels(forward.from());
        int channels = norm.scale().length();
        int chunks = Grids.chunks(pixels, channels);
        Place partials = builder.scratch(2L * Float.BYTES * chunks * channels);
        Place sums = builder.scratch(2L * Float.BYTES * channels);
        Steps pieces = new Steps();
        Launch partial =
                pieces.launch("norm_backward_partial", Grids.columns(channels, chunks))
                        .at(partials)
                        .at(Place.of(task.gradient()))
                        .at(Place.of(forward.from()));
        rectifier(partial, task)
                .at(mean(forward))
                .at(variance(forward))
                .with(pixels)
                .with(channels)
                .with((float) norm.epsilon());
        Launch combined =
                pieces.launch("norm_backward_sums", Grids.combine(channels))
                        .at(sums)
                        .at(Place.gradient(norm.shift()))
                        .at(Place.gradient(norm.scale()))
                        .at(partials);
        elements.unscale(combined).with(channels).with(chunks);
        pieces.add(data(task, Optional.of(sums)));
        pieces.add(runningStep(norm, forward, false));
        Steps behindFused = new Steps();
        behindFused.add(runningStep(norm, forward, true));
        builder.step(ways.get(forward).backward(task, builder, pieces.all(), behindFused.all()));
    }

    private Launch data(Task.NormalizeBackward task, Optional<Place> sums) {
        Task.Normalize forward = task.forward();
        Op.BatchNorm norm = (Op.BatchNorm) forward.node().op();
        int channels = norm.scale().length();
        Launch launch =
                new Launch("norm_backward_data", Grids.flat(layouts.count(task.to()), channels))
                        .at(Place.of(task.to()));
        optional(launch, task.addendGradient().map(Place::of))
                .at(Place.of(task.gradient()))
                .at(Place.of(forward.from()));
        rectifier(launch, task)
                .at(mean(forward))
                .at(variance(forward))
                .at(Place.parameter(norm.scale()));
        return optional(launch, sums)
                .with(layouts.pixels(forward.from()))
                .with(channels)
                .with((float) norm.epsilon());
    }

    /** Adds the output or the mask that tells what the rectifier let through, if there is one. */
    private static Launch rectifier(Launch launch, Task.NormalizeBackward task) {
        Task.Normalize forward = task.forward();
        boolean byOutput = forward.mask().isEmpty() && task.addendGradient().isPresent();
        optional(launch, byOutput ? Optional.of(Place.of(forward.to())) : Optional.empty());
        return optional(launch, forward.mask().map(Place::of));
    }

    private static Launch runningStep(Op.BatchNorm norm, Task.Normalize forward, boolean inverted) {
        int channels = norm.scale().length();
        return new Launch("running_step", Grids.channels(channels))
                .at(Place.gradient(norm.mean()))
                .at(Place.gradient(norm.variance()))
                .at(Place.parameter(norm.mean()))
                .at(Place.parameter(norm.variance()))
                .at(mean(forward))
                .at(variance(forward))
                .with(channels)
                .with((float) (1 - norm.decay()))
                .with((float) norm.epsilon())
                .with(inverted ? 1 : 0);
    }
}
