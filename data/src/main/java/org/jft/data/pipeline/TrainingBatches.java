package org.jft.data.pipeline;

import java.util.List;
import org.jft.data.order.BatchPartition;

/**
 * The micro batches of a worker, in order: of firstStep those listed, of the steps behind it to
 * endStep (exclusive) its share.
 *
 * @param ofFirstStep their first positions
 */
record TrainingBatches(
        BatchPartition partition, long firstStep, long endStep, List<Long> ofFirstStep)
        implements BatchPlan {
    TrainingBatches {
        ofFirstStep = List.copyOf(ofFirstStep);
    }

    @Override
    public long batchCount() {
        return firstStep == endStep
                ? 0
                : ofFirstStep.size() + (endStep - firstStep - 1) * partition.microBatchesPerStep();
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
        if (batch < ofFirstStep.size()) {
            return ofFirstStep.get((int) batch);
        }
        int perStep = partition.microBatchesPerStep();
        long behind = batch - ofFirstStep.size();
        return partition.firstPosition(firstStep + 1 + behind / perStep, (int) (behind % perStep));
    }
}
