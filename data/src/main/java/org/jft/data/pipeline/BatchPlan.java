package org.jft.data.pipeline;

/** What the batches of a loader hold, by number from 0. Pure. */
interface BatchPlan {
    /** Returns how many batches there are. */
    long batchCount();

    /** Returns the places of the largest batch. */
    int capacity();

    /** Returns the places of a batch. */
    int size(long batch);

    /** Returns the position of a batch's first place in the stream. */
    long firstPosition(long batch);
}
