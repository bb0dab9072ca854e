package org.jft.eval.transfer.classification;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.cli.ProgressLine;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.Pass;
import org.jft.core.failure.ConfigException;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Scores a trained checkpoint on a run's held-out set, in this process: the moving average of its
 * parameters if the run keeps one, else the parameters; each image in {@code eval.crops} views.
 */
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
        ImageConfig image = config.data().image();
        NetworkSpec network = NetworkSpec.ofImages(checkpoint.graph(), image.size());
        int threads = threads();
        EngineConfig engineConfig = Engines.resolve(config.engine()).withThreads(threads);
        int crops = config.eval().crops();
        int rows = Math.max(1, config.eval().batch() / crops);
        try (DataSet data = DataSet.openTest(config.data());
                Engine engine =
                        Engines.named(engineConfig.name())
                                .compile(network, rows * crops, engineConfig)) {
            engine.parameters().put(checkpoint.deployed(config.train()));
            Taxonomy taxonomy = data.taxonomy();
            try (BatchLoader batches =
                    BatchLoader.evaluation(
                            EvaluationStream.of(data, rows, /* preferClean= */ true)
                                    .withCrops(crops),
                            config.data(),
                            taxonomy,
                            Quarantine.in(folder),
                            threads)) {
                return score(engine, batches, data, taxonomy);
            }
        }
    }

    /** As many as the run's workers had together, of those there are here. */
    private int threads() {
        int cores = Runtime.getRuntime().availableProcessors();
        int asked = config.engine().threads() * config.cluster().workers();
        return asked > 0 ? Math.min(cores, asked) : cores;
    }

    private ClassificationScores score(
            Engine engine, BatchLoader batches, DataSet data, Taxonomy taxonomy) {
        ImageConfig image = config.data().image();
        int crops = config.eval().crops();
        ClassificationScorer scorer = null;
        MeanOfCrops mean = null;
        long done = 0;
        try (ProgressLine progress =
                ProgressLine.start("score", data.rowCount(), "images", System.nanoTime())) {
            for (Batch batch; (batch = batches.next()) != null; ) {
                try (Batch open = batch) {
                    int views = open.size() * crops;
                    EngineInput pixels = EngineInput.pixels(open.pixels(), views, image);
                    FloatBuffer logits = engine.forward(List.of(pixels), Pass.INFERENCE).get(0);
                    int classes = logits.capacity() / views;
                    if (scorer == null) {
                        scorer = ClassificationScorer.of(taxonomy, classes);
                        mean = new MeanOfCrops(config.train().objective(), crops, classes);
                    }
                    mean.reduce(logits, open.size());
                    scorer.accept(
                            open.firstPosition(),
                            logits,
                            open.labelOffsets(),
                            open.labelIds(),
                            open.confidences());
                    done += open.size();
                    progress.update(done, System.nanoTime());
                }
            }
        }
        if (scorer == null) {
            throw new ConfigException(
                    "%s has no readable image to score".formatted(config.data().test()));
        }
        return scorer.scores();
    }
}
