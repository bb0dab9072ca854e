package org.jft.data.spark;

import org.apache.spark.Partitioner;

/** Cuts the numbers 0..count-1 into ranges of equal length, so that archives are read in order. */
final class IndexPartitioner extends Partitioner {
    private final long count;
    private final int slices;

    IndexPartitioner(long count, int slices) {
        this.count = count;
        this.slices = slices;
    }

    @Override
    public int numPartitions() {
        return slices;
    }

    @Override
    public int getPartition(Object index) {
        return (int) ((double) (Long) index / count * slices);
    }
}
