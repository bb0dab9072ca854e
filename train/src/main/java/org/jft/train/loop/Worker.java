package org.jft.train.loop;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.FloatBuffer;
import java.util.Locale;
import org.jft.cluster.collective.Collective;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.pipeline.TrainingStream;
import org.jft.data.shard.DataSet;
import org.jft.train.optimizer.Optimizer;

/**
 * One worker's part of a run, from opening the data set to the summary. Rank 0 alone reads and
 * writes checkpoints, metrics and summary; the others get parameters, optimizer state and position
 * from it. All append to the quarantine.
 */
final class Worker {
    private final RunConfig given;
    private final RunConfig config;
    private final RunFolder folder;
    private final Collective collective;
    private final Topology at;
    private final int localRank;

    /**
     * Describes.
     *
     * @param given config as the user gave it; its engine is resolved here
     * @param localRank which of the workers of this host it is
     */
    Worker(RunConfig given, RunFolder folder, Collective collective, int localRank) {
        this.given = given;
        this.config = Engines.resolve(given);
        this.folder = folder;
        this.collective = collective;
        this.at = collective.topology();
        this.localRank = localRank;
    }

    /** Trains to the end, from the newest checkpoint if there is one. */
    void run() {
        // An engine such as Slurm decides the number of workers, so the config cannot vouch for it.
        int smallest = config.train().microBatch() * at.worldSize();
        if (config.train().globalBatch() % smallest != 0) {
            throw new ConfigException(
                    "train.global_batch=%s is not a multiple of train.micro_batch=%s times %s workers"
                            .formatted(
                                    config.train().globalBatch(),
                                    config.train().microBatch(),
                                    at.worldSize()));
        }
        long startNs = System.nanoTime();
        try (LeaveSignal leave = LeaveSignal.listen();
                RunLock lock = at.leads() ? RunLock.hold(folder) : RunLock.NONE;
                DataSet data = DataSet.openTrain(config.data());
                WorkerThreads threads = WorkerThreads.start(config, at)) {
            int classes = classes(config, data);
            NetworkSpec network = network(config, classes);
            EngineFactory factory = Engines.named(config.engine().name());
            EngineConfig options =
                    factory.forWorker(config.engine().withThreads(threads.compute()), localRank);
            sayEngine();
            try (Engine engine = factory.compile(network, config.train().microBatch(), options)) {
                train(startNs, data, network, classes, engine, threads, leave);
            }
        }
    }

    private void sayEngine() {
        if (at.leads()) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: engine %s in %s, %d worker%s%n",
                    config.name(),
                    config.engine().name(),
                    config.engine().precision().name().toLowerCase(Locale.ROOT),
                    at.worldSize(),
                    at.worldSize() == 1 ? "" : "s");
        }
    }

    private void train(
            long startNs,
            DataSet data,
            NetworkSpec network,
            int classes,
            Engine engine,
            WorkerThreads threads,
            LeaveSignal leave) {
        BatchPartition partition =
                new BatchPartition(config.train().globalBatch(), config.train().microBatch(), at);
        TrainingStream stream =
                TrainingStream.of(
                        data, config.data(), partition, config.train().objective(), config.seed());
        long totalSteps = config.train().stepCount(stream.selection().count());
        CheckpointFolder checkpoints =
                folder.checkpoints(config.train().cadence().keepCheckpoints());
        Optimizer optimizer =
                new Optimizer(
                        config.train(), engine.layout(), engine.parameters(), threads.blocks());
        Preflight.heed(config, folder, engine.layout().length(), collective, data.fingerprint());
        Resume resume =
                Resume.restore(
                        config, data.fingerprint(), checkpoints, engine, optimizer, collective);

        if (at.leads()) {
            recordInputs(data);
        }
        Trainer trainer =
                new Trainer(
                        config,
                        engine,
                        classes,
                        optimizer,
                        totalSteps,
                        collective,
                        threads.blocks(),
                        threads.exchange());
        Quarantine quarantine = Quarantine.in(folder.root());
        try (BatchLoader batches =
                        loader(data, stream, quarantine, resume.step(), totalSteps, threads);
                RunCadence cadence =
                        new RunCadence(
                                config,
                                folder,
                                checkpoints,
                                at,
                                stream.selection().count(),
                                totalSteps,
                                new RunCadence.Snapshot(
                                        network,
                                        engine,
                                        optimizer,
                                        data.fingerprint(),
                                        resume.wallSeconds()),
                                resume.step(),
                                startNs,
                                leave)) {
            trainer.run(batches, resume.step(), totalSteps, cadence);
        }
        double finalLoss = resume.step() < totalSteps ? trainer.loss() : resume.loss();
        collective.barrier(); // all quarantined images are on disk
        if (at.leads()) {
            double wallSeconds = resume.wallSeconds() + (System.nanoTime() - startNs) / 1e9;
            folder.writeSummary(
                    summary(
                            data,
                            stream.selection().count(),
                            totalSteps,
                            wallSeconds,
                            finalLoss,
                            engine.parameters(),
                            Quarantine.in(folder.root())));
        }
        collective.barrier(); // nobody leaves before the run is complete on disk
    }

    /** Writes down what the run computes from. */
    private void recordInputs(DataSet data) {
        folder.writeConfig(given);
        folder.writeClasses(data.taxonomy().names());
        if (!data.imagesOf().isEmpty()) {
            folder.writeImagesOf(data.imagesOf());
        }
        if (!data.dropList().isEmpty()) {
            folder.writeDropped(data.dropList());
        }
    }

    private BatchLoader loader(
            DataSet data,
            TrainingStream stream,
            Quarantine quarantine,
            long firstStep,
            long totalSteps,
            WorkerThreads threads) {
        return threads.free()
                .call(
                        () ->
                                BatchLoader.training(
                                        stream,
                                        config.data(),
                                        data.taxonomy(),
                                        quarantine,
                                        firstStep,
                                        totalSteps,
                                        threads.decoding()));
    }

    private ObjectNode summary(
            DataSet data,
            long samples,
            long steps,
            double wallSeconds,
            double loss,
            FloatBuffer parameters,
            Quarantine quarantine) {
        ObjectNode summary = JsonNodeFactory.instance.objectNode();
        summary.put("name", config.name());
        summary.put("world_size", at.worldSize());
        summary.put("steps", steps);
        summary.put("subset_samples", samples);
        summary.put("dropped_images", data.droppedCount());
        summary.put("classes", classes(config, data));
        summary.put("samples", steps * config.train().globalBatch());
        summary.put("epochs", (double) steps * config.train().globalBatch() / samples);
        summary.put("wall_seconds", wallSeconds);
        summary.put("final_loss", loss);
        summary.put("parameters_sha256", ParameterHash.sha256(parameters));
        summary.put("data_fingerprint", data.fingerprint());
        summary.put("quarantined_images", quarantine.size());
        summary.put(
                "checkpoint",
                folder.root().relativize(folder.checkpoints(1).file(steps)).toString());
        summary.set("config", ConfigLoader.toTree(config));
        return summary;
    }

    /** Returns the size of the head: the config's, else the data set's. */
    static int classes(RunConfig config, DataSet data) {
        int asked = config.model().classes();
        if (asked == 0) {
            return data.classCount();
        }
        if (asked < data.classCount()) {
            throw new ConfigException(
                    "model.classes=%s, but %s has label ids up to %s"
                            .formatted(asked, config.data().train(), data.classCount() - 1));
        }
        return asked;
    }

    /** Returns the network of a config. */
    static NetworkSpec network(RunConfig config, int classes) {
        int size = config.data().image().size();
        return NetworkSpec.ofImages(
                Architectures.create(config.model(), classes, size, config.seed()), size);
    }
}
