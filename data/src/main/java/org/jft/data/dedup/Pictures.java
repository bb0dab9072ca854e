package org.jft.data.dedup;

import java.util.List;
import java.util.function.Consumer;
import org.jft.core.cli.ProgressLine;
import org.jft.core.config.DataConfig;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.LabelConfig;
import org.jft.data.inspect.SamplePicture;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.Taxonomy;

/** Decoding of whole data sets, by the loader of evaluations: all cores, bounded memory. */
final class Pictures {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    // Labels are handed through unseen.
    private static final LabelConfig AS_STORED =
            new LabelConfig(0, null, /* fillUpward= */ false, null, false, null);
    private static final Taxonomy NO_CLASSES = Taxonomy.flat(List.of());

    private Pictures() {}

    /** Returns a square of the whole picture: no crop, the aspect ratio is not kept. */
    static ImageConfig square(int side) {
        return new ImageConfig(side, null, 0, null, null, null, null, null, null);
    }

    /**
     * Decodes rows in order. Those that cannot be are in quarantine and in no batch.
     *
     * @param label what is done with them, for the progress line
     * @param sink called on this thread; the loader closes the batch
     */
    static void read(
            EvaluationStream stream,
            ImageConfig image,
            Quarantine quarantine,
            String label,
            Consumer<Batch> sink) {
        long rows = stream.endRow() - stream.firstRow();
        long start = System.nanoTime();
        try (BatchLoader loader = loader(stream, image, quarantine);
                ProgressLine progress = ProgressLine.start(label, rows, "images", start)) {
            for (Batch next = loader.next(); next != null; next = loader.next()) {
                try (Batch batch = next) {
                    sink.accept(batch);
                    long seen = batch.rows()[batch.size() - 1] + 1 - stream.firstRow();
                    progress.update(seen, System.nanoTime());
                }
            }
            progress.finish(rows, System.nanoTime());
        }
    }

    /** Decodes one row; without pixels where that fails. */
    static SamplePicture whole(
            DataSet data, long row, int side, List<String> lines, Quarantine quarantine) {
        EvaluationStream one = new EvaluationStream(data, row, row + 1, 1, false, 1);
        try (BatchLoader loader = loader(one, square(side), quarantine);
                Batch batch = loader.next()) {
            return batch == null
                    ? new SamplePicture(null, lines)
                    : SamplePicture.of(batch.pixels(), side, lines);
        }
    }

    private static BatchLoader loader(
            EvaluationStream stream, ImageConfig image, Quarantine quarantine) {
        DataConfig config =
                new DataConfig(
                        "-", null, null, null, null, null, null, null, image, null, AS_STORED, null,
                        null);
        int threads = (int) Math.min(CORES, Math.max(1, stream.endRow() - stream.firstRow()));
        return BatchLoader.evaluation(stream, config, NO_CLASSES, quarantine, threads);
    }

    /** Returns all rows of a data set from one on. */
    static EvaluationStream rows(DataSet data, long firstRow, int batch) {
        return new EvaluationStream(data, firstRow, data.rowCount(), batch, false, 1);
    }
}
