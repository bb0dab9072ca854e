package org.jft.train.sharding;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.Pass;
import org.jft.train.objective.ClassSlice;
import org.jft.train.objective.SlicedObjective;
import org.jft.train.objective.Targets;

/**
 * A classifier whose classes are dealt out to the ranks. Each computes the logits of its classes
 * for the samples of all ranks, [N b, slice]; so the weights' gradients are whole where they arise
 * and never travel. What does: features [b, F] to all ranks, and their gradients, summed over the
 * classes of all ranks, back. In turn, for each micro batch, on all ranks: {@link #gather}, {@link
 * #loss}, {@link #backward}, {@link #scatter}.
 *
 * <p>Does not own the engine nor the collective.
 */
public final class ShardedHead {
    private final Engine engine; // features -> logits of the slice, with input gradients
    private final Collective collective;
    private final SlicedObjective objective;
    private final LabelExchange labels;
    private final int ranks;
    private final int rows; // b, of one rank
    private final int classes; // of the slice
    private final FloatBuffer features; // [N b, F]
    private final FloatBuffer logitGradients; // [N b, slice]
    private final FloatBuffer summaries; // [N b, what a slice tells of a sample]
    private final FloatBuffer allSummaries; // [N, N b, ...]
    private List<Targets> targets; // by rank

    /**
     * Allocates what is exchanged.
     *
     * @param engine the slice's, {@link org.jft.core.engine.NetworkSpec#headOf compiled} for the
     *     micro batches of all ranks together
     * @param width F, floats of a sample's features
     * @param microBatch b, samples of one rank's micro batch
     */
    public ShardedHead(
            Engine engine,
            Collective collective,
            ObjectiveConfig objective,
            ClassSlice slice,
            int width,
            int microBatch) {
        this.engine = engine;
        this.collective = collective;
        this.objective = SlicedObjective.of(objective, slice);
        labels = new LabelExchange(collective, microBatch);
        ranks = collective.topology().worldSize();
        rows = microBatch;
        classes = slice.count();
        int samples = Math.multiplyExact(ranks, rows);
        features = Floats.allocate(Math.multiplyExact(samples, width));
        logitGradients = Floats.allocate(Math.multiplyExact(samples, classes));
        int told = Math.multiplyExact(samples, this.objective.summarySize());
        summaries = Floats.allocate(told);
        allSummaries = Floats.allocate(Math.multiplyExact(ranks, told));
    }

    /**
     * Gives all ranks this one's micro batch.
     *
     * @param own features, [b, F]
     */
    public void gather(FloatBuffer own, Targets ownTargets) {
        checkArgument(
                own.remaining() == features.capacity() / ranks,
                "features of %s floats, not %s",
                own.remaining(),
                features.capacity() / ranks);
        targets = labels.gather(ownTargets);
        collective.allGather(own, features);
    }

    /**
     * Goes forward over the samples of all ranks.
     *
     * @return the part that this rank's classes have in the mean loss of each rank's micro batch,
     *     summed over the micro batches
     */
    public double loss() {
        int samples = ranks * rows;
        EngineInput input = new EngineInput.Tensor(features, samples);
        FloatBuffer logits = engine.forward(List.of(input), Pass.training(0)).get(0);
        int told = objective.summarySize();
        if (told > 0) {
            objective.summarize(logits, samples, summaries);
            collective.allGather(summaries, allSummaries);
            objective.combine(allSummaries, ranks, samples, summaries);
        }
        double loss = 0;
        for (int rank = 0; rank < ranks; rank++) {
            int from = rank * rows;
            loss +=
                    objective.loss(
                            logits.slice(from * classes, rows * classes),
                            targets.get(rank),
                            summaries.slice(from * told, rows * told),
                            logitGradients.slice(from * classes, rows * classes));
        }
        return loss;
    }

    /** Goes backward: the slice's parameter gradients are then the engine's, and complete. */
    public void backward() {
        engine.backward(List.of(logitGradients), GradientListener.NONE);
    }

    /**
     * Sums the gradients of the features over the classes of all ranks.
     *
     * @param own d (mean loss of this rank's micro batch) / d features, [b, F], written
     */
    public void scatter(FloatBuffer own) {
        collective.reduceScatter(engine.inputGradient(0), own);
    }
}
