package org.jft.eval.transfer.classification;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.RunConfig;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.failure.ConfigException;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.Taxonomy;

/** Scores a trained checkpoint on a run's held-out set; each image in {@code eval.crops} views. */
public final class CheckpointScorer {
    private static final int MISTAKES = 24;

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
    public HeldOutScores score(Checkpoint checkpoint) {
        int crops = config.eval().crops();
        int rows = Math.max(1, config.eval().batch() / crops);
        try (DataSet data = DataSet.openTest(config.scoredData())) {
            EvaluationStream stream =
                    EvaluationStream.of(data, rows, /* preferClean= */ true).withCrops(crops);
            Scoring scoring = new Scoring(data.taxonomy(), ClassColumns.of(config), crops);
            new CheckpointPass(config, folder)
                    .over(stream, data.taxonomy(), checkpoint, "score", scoring);
            return scoring.scores();
        }
    }

    /** Scores of the images so far. */
    private final class Scoring implements CheckpointPass.Sink {
        private final Taxonomy taxonomy;
        private final Optional<ClassColumns> columns;
        private final int crops;
        private ClassificationScorer scorer; // null before the first batch tells the classes
        private MeanOfCrops mean;
        private HardestMistakes mistakes;

        Scoring(Taxonomy taxonomy, Optional<ClassColumns> columns, int crops) {
            this.taxonomy = taxonomy;
            this.columns = columns;
            this.crops = crops;
        }

        @Override
        public void accept(Batch batch, FloatBuffer logits) {
            int outputs = logits.capacity() / (batch.size() * crops);
            int classes = columns.isPresent() ? taxonomy.size() : outputs;
            if (scorer == null) {
                scorer = ClassificationScorer.of(taxonomy, classes);
                Objective link = config.train().objective().link();
                mean = new MeanOfCrops(link, crops, outputs);
                mistakes =
                        new HardestMistakes(
                                MISTAKES, ClassificationScorer.childless(taxonomy, classes), link);
            }
            mean.reduce(logits, batch.size());
            FloatBuffer scores =
                    columns.map(some -> some.of(logits, batch.size(), outputs)).orElse(logits);
            scorer.accept(
                    batch.firstPosition(),
                    scores,
                    batch.labelOffsets(),
                    batch.labelIds(),
                    batch.confidences());
            for (int i = 0; i < batch.size(); i++) {
                mistakes.accept(batch.rows()[i], scores, i * classes, labels(batch, i));
            }
        }

        private static ImageLabels labels(Batch batch, int i) {
            return new ImageLabels(
                    batch.labelIds(),
                    batch.confidences(),
                    batch.labelOffsets()[i],
                    batch.labelOffsets()[i + 1]);
        }

        HeldOutScores scores() {
            if (scorer == null) {
                throw new ConfigException(
                        "%s has no readable image to score".formatted(config.data().test()));
            }
            return new HeldOutScores(
                    scorer.scores(),
                    scorer.averagePrecision(),
                    scorer.positives(),
                    mistakes.mistakes());
        }
    }
}
