package org.jft.data.pipeline;

import static com.google.common.base.Preconditions.checkArgument;

import org.jft.core.config.DataConfig;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.failure.ConfigException;
import org.jft.data.order.BatchPartition;
import org.jft.data.order.Lanes;
import org.jft.data.order.SampleOrder;
import org.jft.data.order.Selection;
import org.jft.data.shard.SampleStore;

/**
 * The endless stream of samples a worker trains on: a pure function of the store's content, the
 * configuration, the seed and the worker's place.
 *
 * @param selection which rows take part
 * @param order in which order; over as many samples as {@code selection} holds
 * @param partition which of them are this worker's
 * @param objective what the labels are for
 * @param seed of the augmentation
 */
public record TrainingStream(
        SampleStore store,
        Selection selection,
        SampleOrder order,
        BatchPartition partition,
        Objective objective,
        long seed) {
    public TrainingStream {
        checkArgument(
                selection.count() == order.count(),
                "the order runs over %s samples, the selection holds %s",
                order.count(),
                selection.count());
    }

    /**
     * A far store must keep near what a worker reads of two windows: it reads ahead by one.
     * Otherwise a chunk would be fetched for each image.
     */
    private static void checkNear(
            SampleStore store, DataConfig config, SampleOrder order, BatchPartition partition) {
        if (store.nearBytes().isEmpty()) {
            return;
        }
        double rowBytes = (double) store.bytes() / store.rowCount();
        double windows = 2.0 * order.windowRows() / partition.at().worldSize() * rowBytes;
        double needed = Math.min(store.bytes(), windows);
        long near = store.nearBytes().getAsLong();
        if (needed > near) {
            throw new ConfigException(
                    "%s: the order mixes what is larger, %,.0f bytes, than the cache of %,d bytes"
                                    .formatted(config.train(), needed, near)
                            + " keeps, so a chunk would be fetched for each image: set"
                            + " data.loader.window_blocks (now %d), such as 64 with block_rows: 1024,"
                                    .formatted(order.windowBlocks())
                            + " or raise data.store.cache_size");
        }
    }

    /**
     * Reads what the configuration says: its subset, its block and window sizes.
     *
     * @param objective what the labels are for
     * @param seed of order and augmentation
     */
    public static TrainingStream of(
            SampleStore store,
            DataConfig config,
            BatchPartition partition,
            Objective objective,
            long seed) {
        Selection selection = Selection.of(store, config.subset(), config.subsetSeed());
        SampleOrder order =
                SampleOrder.of(
                        selection.count(),
                        seed,
                        config.loader(),
                        Lanes.of(partition.globalBatch(), partition.microBatch()));
        checkNear(store, config, order, partition);
        return new TrainingStream(store, selection, order, partition, objective, seed);
    }

    /** Returns the same stream as another worker, or one of another number, reads it. */
    public TrainingStream dealtBy(BatchPartition other) {
        return new TrainingStream(store, selection, order, other, objective, seed);
    }
}
