package org.jft.eval.transfer.classification;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.ConfigException;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.Taxonomy;

/** Scores a trained checkpoint on a run's held-out set; each image in {@code eval.crops} views. */
public final class CheckpointScorer {
    private final RunConfig config;
    private final Path folder;

    /**
     * @param config of the run; its {@code data.test} is scored
     * @param folder of the run, where unreadable test images are reported
     */
    public CheckpointScorer(RunConfig config, Path folder) {
        this.config = config;
        this.folder = folder;
    }

    /** Runs the network over every view of every held-out image once. */
    public ClassificationScores score(Checkpoint checkpoint) {
        int crops = config.eval().crops();
        int rows = Math.max(1, config.eval().batch() / crops);
        try (DataSet data = DataSet.openTest(config.data())) {
            EvaluationStream stream =
                    EvaluationStream.of(data, rows, /* preferClean= */ true).withCrops(crops);
            Scoring scoring = new Scoring(data.taxonomy(), crops);
            new CheckpointPass(config, folder)
                    .over(stream, data.taxonomy(), checkpoint, "score", scoring);
            return scoring.scores();
        }
    }

    /** Scores of the images so far. */
    private final class Scoring implements CheckpointPass.Sink {
        private final Taxonomy taxonomy;
        private final int crops;
        private ClassificationScorer scorer; // null before the first batch tells the classes
        private MeanOfCrops mean;

        Scoring(Taxonomy taxonomy, int crops) {
            this.taxonomy = taxonomy;
            this.crops = crops;
        }

        @Override
        public void accept(Batch batch, FloatBuffer logits) {
            if (scorer == null) {
                int classes = logits.capacity() / (batch.size() * crops);
                scorer = ClassificationScorer.of(taxonomy, classes);
                mean = new MeanOfCrops(config.train().objective().link(), crops, classes);
            }
            mean.reduce(logits, batch.size());
            scorer.accept(
                    batch.firstPosition(),
                    logits,
                    batch.labelOffsets(),
                    batch.labelIds(),
                    batch.confidences());
        }

        ClassificationScores scores() {
            if (scorer == null) {
                throw new ConfigException(
                        "%s has no readable image to score".formatted(config.data().test()));
            }
            return scorer.scores();
        }
    }
}
