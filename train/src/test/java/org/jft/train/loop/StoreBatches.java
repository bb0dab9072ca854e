package org.jft.train.loop;

import java.nio.file.Path;
import java.util.List;
import org.jft.core.config.RunConfig;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.pipeline.TrainingStream;
import org.jft.data.shard.SampleStore;

/**
 * A trainer's batches from a store, in the same order whoever reads them.
 *
 * @param folder for the names of bad images
 */
record StoreBatches(SampleStore store, RunConfig config, int classes, Path folder)
        implements Feed.Source {
    @Override
    public BatchLoader open(
            BatchPartition partition, long firstStep, long endStep, List<Long> ofFirstStep) {
        BatchPartition nominal =
                new BatchPartition(
                        config.train().globalBatch(), config.train().microBatch(), Topology.SOLO);
        TrainingStream stream =
                TrainingStream.of(
                        store,
                        config.data(),
                        nominal,
                        config.train().objective().link(),
                        config.seed());
        return BatchLoader.training(
                stream.dealtBy(partition),
                config.data(),
                NoiseStore.taxonomy(classes),
                Quarantine.in(folder),
                firstStep,
                endStep,
                ofFirstStep,
                1);
    }
}
