package org.jft.core.engine.cuda;

import java.util.List;
import java.util.Optional;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;

/**
 * The loss of a network with one vector of logits, in places of {@link Region#LABELS}: [offsets |
 * ids | confidences | losses | loss].
 *
 * @param logits float32, [rows, classes]
 * @param gradient of the mean loss, to be written
 */
record LossSteps(Layouts layouts, TrainConfig.Objective objective, Tensor logits, Tensor gradient) {
    /** Labels of a sample that there is room for, on average over a batch. */
    private static final int MOST_LABELS = 256;

    /** Returns the loss, if the network ends in what it needs. */
    static Optional<LossSteps> of(Compilation compilation, TrainConfig.Objective objective) {
        if (compilation.program().outputs().size() != 1) {
            return Optional.empty();
        }
        Tensor logits = null;
        Tensor gradient = null;
        for (CompiledTask task : compilation.forward()) {
            logits = task.task() instanceof Task.StoreOutput store ? store.from() : logits;
        }
        for (CompiledTask task : compilation.backward()) {
            gradient = task.task() instanceof Task.LoadOutputGradient load ? load.to() : gradient;
        }
        Layouts layouts = compilation.layouts();
        boolean fits =
                gradient != null
                        && logits.shape().elements() == logits.shape().channels()
                        && layouts.type(logits) == org.jft.core.engine.cuda.driver.Element.FLOAT;
        return fits
                ? Optional.of(new LossSteps(layouts, objective, logits, gradient))
                : Optional.empty();
    }

    int classes() {
        return logits.shape().channels();
    }

    /** Returns how many labels a batch may have. */
    int mostLabels() {
        return Math.multiplyExact(layouts.rows(), Math.min(classes(), MOST_LABELS));
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
                        .at(Place.of(logits))
                        .at(Place.in(Region.LABELS, 0))
                        .at(Place.in(Region.LABELS, idsAt()))
                        .at(Place.in(Region.LABELS, confidencesAt()));
        if (layouts.scaled()) {
            loss.at(Place.lossScale());
        } else {
            loss.none();
        }
        loss.with(layouts.rows()).with(classes()).with(layouts.channels(gradient));
        steps.launch("mean_loss", Grids.each(1))
                .at(Place.in(Region.LABELS, lossAt()))
                .at(losses)
                .with(layouts.rows());
        return steps.all();
    }
}
