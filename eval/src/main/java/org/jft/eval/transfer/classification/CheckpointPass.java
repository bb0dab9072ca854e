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
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Runs a trained checkpoint over images as they are scored, in this process: the moving average of
 * its parameters if the run keeps one, else the parameters.
 *
 * @param config of the run
 * @param folder of the run, where unreadable images are reported
 */
public record CheckpointPass(RunConfig config, Path folder) {
    /** Takes the network's answers, batch by batch. */
    public interface Sink {
        /**
         * Takes a batch.
         *
         * @param logits [N * crops, classes], valid until this returns
         */
        void accept(Batch batch, FloatBuffer logits);
    }

    /**
     * Goes over every image of a stream once.
     *
     * @param taxonomy of the stream's classes
     * @param name of the pass, for its progress
     */
    public void over(
            EvaluationStream stream,
            Taxonomy taxonomy,
            Checkpoint checkpoint,
            String name,
            Sink sink) {
        ImageConfig image = config.data().image();
        NetworkSpec network = NetworkSpec.ofImages(checkpoint.graph(), image.size());
        int threads = threads();
        EngineConfig options = Engines.resolve(config).engine().withThreads(threads);
        int crops = stream.crops();
        try (Engine engine =
                        Engines.named(options.name())
                                .compile(network, stream.batch() * crops, options);
                BatchLoader batches =
                        BatchLoader.evaluation(
                                stream, config.data(), taxonomy, Quarantine.in(folder), threads);
                ProgressLine progress =
                        ProgressLine.start(
                                name,
                                stream.endRow() - stream.firstRow(),
                                "images",
                                System.nanoTime())) {
            engine.parameters().put(checkpoint.deployed(config.train()));
            long done = 0;
            for (Batch batch; (batch = batches.next()) != null; ) {
                try (Batch open = batch) {
                    EngineInput pixels =
                            EngineInput.pixels(open.pixels(), open.size() * crops, image);
                    sink.accept(open, engine.forward(List.of(pixels), Pass.INFERENCE).get(0));
                    done += open.size();
                    progress.update(done, System.nanoTime());
                }
            }
        }
    }

    /** As many as the run's workers had together, of those there are here. */
    private int threads() {
        int cores = Runtime.getRuntime().availableProcessors();
        int asked = config.engine().threads() * config.cluster().workers();
        return asked > 0 ? Math.min(cores, asked) : cores;
    }
}
