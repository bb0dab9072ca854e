package org.jft.data.pipeline;

import org.jft.data.order.BatchPartition;

/** The micro batches of a worker's steps firstStep to endStep (exclusive), in order. */
record TrainingBatches(BatchPartition partition, long firstStep, long endStep)
        implements BatchPlan {
    @Override
    public long batchCount() {
        return (endStep - firstStep) * partition.microBatchesPerStep();
    }

    @Override
    public int capacity() {
        return partition.microBatch();
    }

    @Override
    public int size(long batch) {
        return partition.microBatch();
    }

    @Override
    public long firstPosition(long batch) {
        int perStep = partition.microBatchesPerStep();
        return partition.firstPosition(firstStep + batch / perStep, (int) (batch % perStep));
    }
}
