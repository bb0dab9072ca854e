package org.jft.data.order;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.stream.IntStream;
import org.jft.core.topology.Topology;

/**
 * Which positions of the {@link SampleOrder} a worker reads in a step. Step s covers the positions
 * origin + s * globalBatch and on; they are cut into M micro batches of consecutive positions,
 * which are dealt to the N workers in order of rank: rank r gets those from r * M / N to before (r
 * + 1) * M / N, rounded down. So a micro batch has the same members whatever the number of workers,
 * and batch norm, which sees one micro batch at a time, the same statistics.
 *
 * <pre>
 *   step s, 8 micro batches:   m0 m1 m2 m3 m4 m5 m6 m7
 *   1 worker                   0  0  0  0  0  0  0  0
 *   2 workers                  0  0  0  0  1  1  1  1
 *   3 workers                  0  0  1  1  1  2  2  2
 *   4 workers                  0  0  1  1  2  2  3  3
 * </pre>
 *
 * Positions run on over epoch borders: nothing is dropped and all workers have equally many steps.
 *
 * @param globalBatch samples of one step over all workers
 * @param microBatch samples of one forward and backward pass
 * @param origin where step 0 begins, or would have begun if all steps before had been of this size:
 *     not 0, and perhaps negative, once the batch has changed under way
 */
public record BatchPartition(int globalBatch, int microBatch, Topology at, long origin) {
    public BatchPartition {
        checkArgument(
                microBatch > 0 && globalBatch > 0,
                "batches must not be empty: globalBatch=%s, microBatch=%s",
                globalBatch,
                microBatch);
        checkArgument(
                globalBatch % microBatch == 0,
                "globalBatch=%s is not a multiple of microBatch=%s",
                globalBatch,
                microBatch);
        checkArgument(
                at.worldSize() <= globalBatch / microBatch,
                "worldSize=%s exceeds the micro batches of a step: globalBatch=%s, microBatch=%s",
                at.worldSize(),
                globalBatch,
                microBatch);
    }

    /** Partitions steps that all have the same size. */
    public BatchPartition(int globalBatch, int microBatch, Topology at) {
        this(globalBatch, microBatch, at, 0);
    }

    /** Returns the micro batches of a step over all workers, M. */
    public int microBatches() {
        return globalBatch / microBatch;
    }

    /** Returns this worker's micro batches of every step, ascending. */
    public List<Integer> share() {
        return IntStream.range(first(at.rank()), first(at.rank() + 1)).boxed().toList();
    }

    /** Returns how many micro batches this worker accumulates in a step. */
    public int microBatchesPerStep() {
        return first(at.rank() + 1) - first(at.rank());
    }

    /** Returns how many micro batches each worker accumulates in a step, by rank. */
    public List<Integer> shares() {
        return IntStream.range(0, at.worldSize())
                .map(rank -> first(rank + 1) - first(rank))
                .boxed()
                .toList();
    }

    private int first(int rank) {
        return (int) ((long) rank * microBatches() / at.worldSize());
    }

    /**
     * Returns the first position of a micro batch; it goes on for {@link #microBatch}.
     *
     * @param microIndex among this worker's
     */
    public long firstPosition(long step, int microIndex) {
        checkArgument(
                0 <= microIndex && microIndex < microBatchesPerStep(),
                "microIndex out of range: microIndex=%s, microBatchesPerStep=%s",
                microIndex,
                microBatchesPerStep());
        return positionOf(step, first(at.rank()) + microIndex);
    }

    /**
     * Returns the first position of any worker's micro batch.
     *
     * @param index in 0 .. M - 1
     */
    public long positionOf(long step, int index) {
        checkArgument(step >= 0, "step must not be negative: step=%s", step);
        checkArgument(
                0 <= index && index < microBatches(),
                "index out of range: index=%s, microBatches=%s",
                index,
                microBatches());
        return origin + step * globalBatch + (long) index * microBatch;
    }
}
