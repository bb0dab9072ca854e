package org.jft.data.inspect;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.config.DataConfig;
import org.jft.core.config.Subset;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.order.Lanes;
import org.jft.data.order.SampleOrder;
import org.jft.data.order.Selection;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.pipeline.TrainingStream;
import org.jft.data.shard.DataSet;

/**
 * The first samples of a run, through the very loader it would use: the images, crops and labels of
 * its first steps, one by one: before MixUp or CutMix mix them. Or the same images as an evaluation
 * sees them.
 */
public final class SampleViewer {
    private final DataSet data;
    private final DataConfig config;
    private final Selection selection;
    private final long seed;
    private final Lanes lanes;
    private final Quarantine quarantine;

    /**
     * @param config how pixels and labels are prepared; its folders are not read
     * @param subset which rows take part
     * @param seed of order and augmentation, as a run's
     * @param lanes of the run's order
     * @param scratch folder for the report on images that cannot be decoded
     */
    public SampleViewer(
            DataSet data, DataConfig config, Subset subset, long seed, Lanes lanes, Path scratch) {
        this.data = data;
        this.config = config;
        this.selection = Selection.of(data, subset, config.subsetSeed());
        this.seed = seed;
        this.lanes = lanes;
        this.quarantine = Quarantine.in(scratch);
    }

    /** Returns up to {@code count} samples of epoch 0. A bad image's substitute stands for it. */
    public List<SamplePicture> training(int count) {
        int n = (int) Math.min(count, selection.count());
        BatchPartition oneByOne = new BatchPartition(n, 1, new Topology(0, 1));
        TrainingStream stream =
                new TrainingStream(data, selection, order(), oneByOne, Objective.SIGMOID, seed);
        try (BatchLoader loader =
                BatchLoader.training(stream, config, data.taxonomy(), quarantine, 0, 1, 1)) {
            List<SamplePicture> pictures = new ArrayList<>();
            while (pictures.size() < n) {
                pictures.add(next(loader));
            }
            return pictures;
        }
    }

    /** Returns the same samples, resized and cut in the centre; one that is bad has no pixels. */
    public List<SamplePicture> evaluation(int count) {
        int n = (int) Math.min(count, selection.count());
        SampleOrder order = order();
        List<SamplePicture> pictures = new ArrayList<>();
        for (int position = 0; position < n; position++) {
            long row = selection.row(order.indexAt(position));
            EvaluationStream one = new EvaluationStream(data, row, row + 1, 1, true, 1);
            try (BatchLoader loader =
                    BatchLoader.evaluation(one, config, data.taxonomy(), quarantine, 1)) {
                pictures.add(next(loader));
            }
        }
        return pictures;
    }

    private SampleOrder order() {
        return SampleOrder.of(selection.count(), seed, config.loader(), lanes);
    }

    private SamplePicture next(BatchLoader loader) {
        try (Batch batch = loader.next()) {
            return batch == null
                    ? new SamplePicture(null, List.of("cannot be decoded"))
                    : SamplePicture.of(batch, config.image().size(), data.taxonomy());
        }
    }
}
