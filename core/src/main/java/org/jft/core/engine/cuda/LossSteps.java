package org.jft.core.engine.cuda;

import java.util.List;
import java.util.Optional;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Shape;

/**
 * The loss of a network with one vector of logits, in places of {@link Region#LABELS}: [offsets |
 * ids | confidences | losses | loss].
 *
 * @param classes logits of a row; read where {@code StoreOutput} puts them, for the tensor itself
 *     may give its place to the gradient
 * @param gradient of the mean loss, to be written
 */
record LossSteps(Layouts layouts, TrainConfig.Objective objective, int classes, Tensor gradient) {
    /** Labels of a sample that there is room for, on average over a batch. */
    private static final int MOST_LABELS = 1024;

    /** Returns the loss, if the network ends in what it needs. */
    static Optional<LossSteps> of(Compilation compilation, TrainConfig.Objective objective) {
        if (compilation.program().outputs().size() != 1) {
            return Optional.empty();
        }
        Shape logits = compilation.program().outputs().get(0).shape();
        return compilation.backward().stream()
                .map(CompiledTask::task)
                .filter(Task.LoadOutputGradient.class::isInstance)
                .map(task -> ((Task.LoadOutputGradient) task).to())
                .filter(gradient -> logits.elements() == logits.channels())
                .map(
                        gradient ->
                                new LossSteps(
                                        compilation.layouts(),
                                        objective,
                                        logits.channels(),
                                        gradient))
                .findFirst();
    }

    /** Returns how many labels a batch may have. */
    int mostLabels() {
        return Math.multiplyExact(layouts.rows(), Math.min(classes, MOST_LABELS));
    }

    long idsAt() {
        return TaskBuilder.roundUp(Integer.BYTES * (layouts.rows() + 1L));
    }

    long confidencesAt() {
        return idsAt() + TaskBuilder.roundUp((long) Integer.BYTES * mostLabels());
    }

    /** Returns the length of what the host sends. */
    long labelBytes() {
        return confidencesAt() + TaskBuilder.roundUp((long) Float.BYTES * mostLabels());
    }

    /** Returns where the mean loss lies, a double. */
    long lossAt() {
        return labelBytes() + TaskBuilder.roundUp((long) Double.BYTES * layouts.rows());
    }

    /** Returns the length of the region. */
    long bytes() {
        return lossAt() + TaskBuilder.roundUp(Double.BYTES);
    }

    List<Step> steps() {
        Steps steps = new Steps();
        String name = objective == TrainConfig.Objective.SIGMOID ? "sigmoid_loss" : "softmax_loss";
        Place losses = Place.in(Region.LABELS, labelBytes());
        Launch loss =
                steps.launch(
                                name + (layouts.widened(gradient) ? "_float" : ""),
                                Grids.each(layouts.rows()))
                        .at(Place.of(gradient))
                        .at(losses)
                        .at(Place.buffer(Region.OUTPUT, 0))
                        .at(Place.in(Region.LABELS, 0))
                        .at(Place.in(Region.LABELS, idsAt()))
                        .at(Place.in(Region.LABELS, confidencesAt()));
        if (layouts.scaled()) {
            loss.at(Place.lossScale());
        } else {
            loss.none();
        }
        loss.with(layouts.rows()).with(classes).with(layouts.channels(gradient));
        steps.launch("mean_loss", Grids.each(1))
                .at(Place.in(Region.LABELS, lossAt()))
                .at(losses)
                .with(layouts.rows());
        return steps.all();
    }
}
