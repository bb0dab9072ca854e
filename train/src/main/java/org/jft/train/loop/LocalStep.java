package org.jft.train.loop;

import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.data.pipeline.Batch;

/**
 * One worker's part of a step: begin, some micro batches, the sum over workers, the update. On the
 * host ({@link HostStep}, {@link ShardedStep}) or on the engine's device ({@link
 * DeviceResidentStep}).
 */
interface LocalStep {
    /**
     * Starts a step.
     *
     * @param progress share of the run's steps that are done
     * @param microBatches of the step, over all workers
     */
    void begin(long step, double progress, double learningRate, int microBatches);

    /**
     * Goes forward and backward over a micro batch and adds its loss and gradient to the step's.
     *
     * @param index of the micro batch among this worker's
     */
    void add(Batch batch, int index, StepClock clock);

    /** Tells of the batch that the next {@link #add} brings, which may be on its way already. */
    default void comingUp(Batch next) {}

    /**
     * Says that the next {@link #add} is the step's last before {@link #reduce} over this
     * collective, whose exchange may start while it runs: until then the collective is this step's.
     */
    default void lastComes(Collective collective) {}

    /** Returns the sum of this worker's losses. */
    double loss();

    /**
     * Sums the gradients over the workers. If that fails, and this was made to keep its gradients,
     * further micro batches may be added and all summed anew with other workers.
     *
     * @param wish this worker's
     * @return what each rank has to say about the step
     */
    List<RankReport> reduce(Collective collective, StepClock clock, RankReport.Wish wish);

    /**
     * Updates the parameters by the mean gradient.
     *
     * @throws TrainingDivergedException on all ranks, if the update is not finite
     */
    void update(Guard guard);

    /** Lets the host's parameters and optimizer state be those of the last update. */
    void settle();

    /** Lets go of the collective, if an exchange is under way. */
    default void stop() {}
}
