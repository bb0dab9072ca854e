package org.jft.data.pipeline;

/** Rows firstRow to endRow (exclusive) in batches; the last may be smaller. */
record EvaluationBatches(long firstRow, long endRow, int capacity) implements BatchPlan {
    @Override
    public long batchCount() {
        return (endRow - firstRow + capacity - 1) / capacity;
    }

    @Override
    public int size(long batch) {
        return (int) Math.min(capacity, endRow - firstPosition(batch));
    }

    @Override
    public long firstPosition(long batch) {
        return firstRow + batch * capacity;
    }
}
