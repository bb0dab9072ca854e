package org.jft.train.loop;

import org.jft.cluster.collective.Collective;
import org.jft.data.pipeline.Batch;

/**
 * One worker's part of a step: begin, some micro batches, the sum over workers, the update. On the
 * host ({@link HostStep}) or on the engine's device ({@link DeviceResidentStep}).
 */
interface LocalStep {
    /** Starts a step. */
    void begin(long step, double learningRate);

    /**
     * Goes forward and backward over a micro batch and adds its loss and gradient to the step's.
     *
     * @param index of the micro batch among this worker's
     */
    void add(Batch batch, int index, StepClock clock);

    /** Tells of the batch that the next {@link #add} brings, which may be on its way already. */
    default void comingUp(Batch next) {}

    /** Returns the sum of the losses: of this worker, and behind {@link #reduce} of all. */
    double loss();

    /**
     * Sums losses and gradients over the workers.
     *
     * @param toLeave whether this worker is to leave behind this step
     */
    void reduce(Collective collective, StepClock clock, boolean toLeave);

    /** Returns whether any worker is to leave behind this step; valid behind {@link #reduce}. */
    boolean leaving();

    /**
     * Updates the parameters by the mean gradient.
     *
     * @throws TrainingDivergedException on all ranks, if the update is not finite
     */
    void update(Guard guard);

    /** Lets the host's parameters and optimizer state be those of the last update. */
    void settle();
}
