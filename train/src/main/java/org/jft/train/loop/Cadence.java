package org.jft.train.loop;

import org.jft.cluster.collective.Collective;
import org.jft.core.topology.Topology;

/** What happens between steps; called by all ranks. */
interface Cadence {
    /** Called when the members of a generation have met, and may hold different states yet. */
    default void joined(Topology at) {}

    /**
     * Called when they hold the same: before the generation's first step, or behind a step which
     * the one before did not see to its end.
     */
    default void met(StepClock clock) {}

    /**
     * Called after a step's update.
     *
     * @param done steps finished
     * @param loss mean loss of the last one
     * @param learningRate the rate it was taken with
     */
    void after(long done, double loss, double learningRate, StepClock clock, Guard guard);

    /** Returns whether this worker is to leave at the end of a step. */
    default boolean toldToLeave() {
        return false;
    }

    /** Called before a step's update when there is to be a checkpoint behind it, on all ranks. */
    default void keepAt(long done) {}

    /** Returns whether {@link #after} will read the parameters or the optimizer's state. */
    default boolean readsState(long done) {
        return true;
    }

    /** Returns whether {@link #after} will write the whole model. */
    default boolean keepsModel(long done) {
        return false;
    }

    /** Rank 0 writes a checkpoint, now; all ranks call. */
    default void checkpoint() {}

    /**
     * This worker, which cannot meet the others any more, sees that there is a checkpoint.
     *
     * @return whether there is
     */
    default boolean checkpointAlone() {
        return false;
    }

    /** Called behind the last step, perhaps again if a worker is lost during it. */
    default void complete(Collective ranks) {}
}
