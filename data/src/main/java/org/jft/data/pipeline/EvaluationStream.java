package org.jft.data.pipeline;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.LongPredicate;
import org.jft.core.topology.Topology;
import org.jft.data.shard.SampleStore;

/**
 * Rows of a data set, each once, in order; those that the store drops are left out.
 *
 * @param firstRow the first row read
 * @param endRow the first row not read
 * @param batch rows of a batch; the last may be smaller, and so is one with a bad or dropped image
 * @param preferClean read the clean labels of a row where it has any
 * @param crops views of each row, 1 or 10
 * @param wanted which of the rows are read
 */
public record EvaluationStream(
        SampleStore store,
        long firstRow,
        long endRow,
        int batch,
        boolean preferClean,
        int crops,
        LongPredicate wanted) {
    public EvaluationStream {
        checkArgument(
                0 <= firstRow && firstRow <= endRow && endRow <= store.rowCount(),
                "rows out of range: firstRow=%s, endRow=%s, rows=%s",
                firstRow,
                endRow,
                store.rowCount());
        checkArgument(batch > 0, "batch must be positive: batch=%s", batch);
    }

    /** Reads all of the rows. */
    public EvaluationStream(
            SampleStore store,
            long firstRow,
            long endRow,
            int batch,
            boolean preferClean,
            int crops) {
        this(store, firstRow, endRow, batch, preferClean, crops, row -> true);
    }

    /** Reads the centre of every row. */
    public static EvaluationStream of(SampleStore store, int batch, boolean preferClean) {
        return new EvaluationStream(store, 0, store.rowCount(), batch, preferClean, 1);
    }

    /** Returns the same rows in 1 or 10 views each. */
    public EvaluationStream withCrops(int count) {
        return new EvaluationStream(store, firstRow, endRow, batch, preferClean, count, wanted);
    }

    /** Returns those of the rows that a caller chooses. */
    public EvaluationStream only(LongPredicate rows) {
        return new EvaluationStream(store, firstRow, endRow, batch, preferClean, crops, rows);
    }

    /** Returns one worker's share: consecutive rows; the shares differ by at most one row. */
    public EvaluationStream shareOf(Topology at) {
        long rows = endRow - firstRow;
        return new EvaluationStream(
                store,
                firstRow + rows * at.rank() / at.worldSize(),
                firstRow + rows * (at.rank() + 1) / at.worldSize(),
                batch,
                preferClean,
                crops,
                wanted);
    }
}
