package org.jft.data.pipeline;

import org.jft.data.order.StepPlan;

/** The micro batches of a worker's steps firstStep to endStep (exclusive), in order. */
record TrainingBatches(StepPlan plan, long firstStep, long endStep) implements BatchPlan {
    @Override
    public long batchCount() {
        return (endStep - firstStep) * plan.microBatchesPerStep();
    }

    @Override
    public int capacity() {
        return plan.microBatch();
    }

    @Override
    public int size(long batch) {
        return plan.microBatch();
    }

    @Override
    public long firstPosition(long batch) {
        int perStep = plan.microBatchesPerStep();
        return plan.firstPosition(firstStep + batch / perStep, (int) (batch % perStep));
    }
}
