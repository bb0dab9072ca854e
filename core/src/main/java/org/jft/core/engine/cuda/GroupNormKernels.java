package org.jft.core.engine.cuda;

import java.util.Optional;
import org.jft.core.engine.cuda.driver.Grid;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;

/**
 * Group normalization in kernels of ours; cuDNN has none. The statistics of a group are merged from
 * those of its channels in chunks of an image, which a batch norm takes, too. The {@code variance}
 * tensor holds 1 / sqrt(variance + epsilon).
 */
final class GroupNormKernels {
    private final Layouts layouts;
    private final ElementKernels elements;

    GroupNormKernels(Layouts layouts, ElementKernels elements) {
        this.layouts = layouts;
        this.elements = elements;
    }

    /** The numbers of images [n, pixels, channels], whose channels lie in groups. */
    private record Images(int n, int pixels, int channels, int groups, int chunks) {
        long pixelsOfAll() {
            return (long) n * pixels;
        }

        int groupsOfAll() {
            return n * groups;
        }

        int chunksOfAll() {
            return n * chunks;
        }

        /** Returns the bytes of two numbers for each channel of each chunk. */
        long partialBytes() {
            return 2L * Float.BYTES * chunksOfAll() * channels;
        }

        /** Adds them as kernels take them. */
        Launch with(Launch launch) {
            return launch.with(n).with(pixels).with(channels).with(groups);
        }
    }

    private Images images(Task.NormalizeGroups task) {
        Tensor from = task.from();
        int pixels = from.shape().height() * from.shape().width();
        int channels = from.shape().channels();
        int chunks = Grids.chunksOfImages(layouts.rows(), pixels, channels);
        return new Images(layouts.rows(), pixels, channels, norm(task).groups(), chunks);
    }

    private static Op.GroupNorm norm(Task.NormalizeGroups task) {
        return (Op.GroupNorm) task.node().op();
    }

    void forward(Task.NormalizeGroups task, TaskBuilder builder) {
        Op.GroupNorm norm = norm(task);
        Images images = images(task);
        long bytes = (long) Float.BYTES * images.groupsOfAll();
        Optional<Tensor> keptMean = task.statistics().map(Task.Statistics::mean);
        Optional<Tensor> keptInverse = task.statistics().map(Task.Statistics::variance);
        keptMean.ifPresent(tensor -> layouts.setOpaque(tensor, bytes));
        keptInverse.ifPresent(tensor -> layouts.setOpaque(tensor, bytes));
        Place mean = keptMean.map(Place::of).orElseGet(() -> builder.scratch(bytes));
        Place inverse = keptInverse.map(Place::of).orElseGet(() -> builder.scratch(bytes));
        Place partials = builder.scratch(images.partialBytes());
        builder.launch(
                        "norm_statistics_partial",
                        Grids.columns(images.channels(), images.chunksOfAll()))
                .at(partials)
                .at(Place.of(task.from()))
                .with(images.pixelsOfAll())
                .with(images.channels());
        Launch statistics =
                builder.launch("group_statistics", Grids.combine(images.groupsOfAll()))
                        .at(mean)
                        .at(inverse)
                        .at(partials);
        images.with(statistics).with(images.chunks()).with((float) norm.epsilon());
        Launch apply =
                builder.launch("group_apply", flat(images))
                        .at(Place.of(task.to()))
                        .at(Place.of(task.from()))
                        .at(mean)
                        .at(inverse)
                        .at(Place.parameter(norm.scale()))
                        .at(Place.parameter(norm.shift()));
        images.with(apply);
    }

    private static Grid flat(Images images) {
        return Grids.flatOfImages(
                images.n(), (long) images.pixels() * images.channels(), images.channels());
    }

    void backward(Task.NormalizeGroupsBackward task, TaskBuilder builder) {
        Task.NormalizeGroups forward = task.forward();
        Op.GroupNorm norm = norm(forward);
        Images images = images(forward);
        Task.Statistics statistics = forward.statistics().orElseThrow();
        Place partials = builder.scratch(images.partialBytes());
        Launch partial =
                builder.launch(
                                "group_backward_partial",
                                Grids.columns(images.channels(), images.chunksOfAll()))
                        .at(partials)
                        .at(Place.of(task.gradient()))
                        .at(Place.of(forward.from()))
                        .at(Place.of(statistics.mean()))
                        .at(Place.of(statistics.variance()));
        images.with(partial);
        if (!forward.node().frozen()) {
            parameterGradients(norm, images, partials, builder);
        }
        Place means = builder.scratch(2L * Float.BYTES * images.groupsOfAll());
        Launch combined =
                builder.launch("group_backward_means", Grids.combine(images.groupsOfAll()))
                        .at(means)
                        .at(partials)
                        .at(Place.parameter(norm.scale()));
        images.with(combined).with(images.chunks());
        Launch data =
                builder.launch("group_backward_data", flat(images))
                        .at(Place.of(task.to()))
                        .at(Place.of(task.gradient()))
                        .at(Place.of(forward.from()))
                        .at(Place.of(statistics.mean()))
                        .at(Place.of(statistics.variance()))
                        .at(Place.parameter(norm.scale()))
                        .at(means);
        images.with(data);
    }

    /** Sums over all images: what a batch norm sums over all pixels. */
    private void parameterGradients(
            Op.GroupNorm norm, Images images, Place partials, TaskBuilder builder) {
        Launch sums =
                builder.launch("norm_backward_sums", Grids.combine(images.channels()))
                        .at(builder.scratch(2L * Float.BYTES * images.channels()))
                        .at(Place.gradient(norm.shift()))
                        .at(Place.gradient(norm.scale()))
                        .at(partials);
        elements.unscale(sums).with(images.channels()).with(images.chunksOfAll());
    }
}
