package org.jft.data.pipeline;

import static com.google.common.base.Preconditions.checkArgument;

import org.jft.core.config.DataConfig;
import org.jft.core.config.TrainConfig.Objective;
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
        return new TrainingStream(store, selection, order, partition, objective, seed);
    }
}
