package org.jft.train.loop;

/** What happens between steps; called by all ranks after each. */
interface Cadence {
    /**
     * Called after a step's update.
     *
     * @param done steps finished
     * @param loss mean loss of the last one
     * @param learningRate the rate it was taken with
     */
    void after(long done, double loss, double learningRate, StepClock clock, Guard guard);

    /** Returns whether this worker is to leave at the end of a step; the others then leave too. */
    default boolean toldToLeave() {
        return false;
    }

    /** Called before a step's update when the run leaves behind it, on all ranks. */
    default void leaveAt(long done) {}

    /** Returns whether {@link #after} will read the parameters or the optimizer's state. */
    default boolean readsState(long done) {
        return true;
    }
}
