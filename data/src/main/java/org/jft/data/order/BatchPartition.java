package org.jft.data.order;

import static com.google.common.base.Preconditions.checkArgument;

import org.jft.core.topology.Topology;

/**
 * Which positions of the {@link SampleOrder} a worker reads in a step. Step s covers the positions
 * s * globalBatch and on; they are cut into micro batches of consecutive positions, which are dealt
 * to the workers in order of rank. So a micro batch has the same members whatever the number of
 * workers, and batch norm, which sees one micro batch at a time, the same statistics.
 *
 * <pre>
 *   step s, 8 micro batches:   m0 m1 m2 m3 m4 m5 m6 m7
 *   1 worker                   0  0  0  0  0  0  0  0
 *   2 workers                  0  0  0  0  1  1  1  1
 *   4 workers                  0  0  1  1  2  2  3  3
 * </pre>
 *
 * Positions run on over epoch borders: nothing is dropped and all workers have equally many steps.
 *
 * @param globalBatch samples of one step over all workers
 * @param microBatch samples of one forward and backward pass
 */
public record BatchPartition(int globalBatch, int microBatch, Topology at) {
    public BatchPartition {
        checkArgument(
                microBatch > 0 && globalBatch > 0,
                "batches must not be empty: globalBatch=%s, microBatch=%s",
                globalBatch,
                microBatch);
        checkArgument(
                globalBatch % ((long) microBatch * at.worldSize()) == 0,
                "globalBatch=%s is not a multiple of microBatch=%s times worldSize=%s",
                globalBatch,
                microBatch,
                at.worldSize());
    }

    /** Returns how many micro batches this worker accumulates in a step. */
    public int microBatchesPerStep() {
        return globalBatch / microBatch / at.worldSize();
    }

    /** Returns the first position of a micro batch; it goes on for {@link #microBatch}. */
    public long firstPosition(long step, int microIndex) {
        checkArgument(step >= 0, "step must not be negative: step=%s", step);
        checkArgument(
                0 <= microIndex && microIndex < microBatchesPerStep(),
                "microIndex out of range: microIndex=%s, microBatchesPerStep=%s",
                microIndex,
                microBatchesPerStep());
        long globalMicroIndex = (long) at.rank() * microBatchesPerStep() + microIndex;
        return step * globalBatch + globalMicroIndex * microBatch;
    }
}
