package org.jft.train.loop;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.launch.Team;
import org.jft.cluster.preflight.Finding;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
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

/**
 * One worker's part of a run, from opening the data set to the summary. Rank 0 alone reads and
 * writes checkpoints, metrics and summary; the others get parameters, optimizer state and position
 * from it. All append to the quarantine.
 */
final class Worker {
    private final RunConfig given;
    private final RunConfig config;
    private final RunFolder folder;
    private final Team team;
    private final MemberEnvironment member;
    private final long startNs = System.nanoTime();

    /**
     * Describes.
     *
     * @param given config as the user gave it; its engine is resolved here
     * @param member which of the workers this one is, and on its host
     */
    Worker(RunConfig given, RunFolder folder, Team team, MemberEnvironment member) {
        this.given = given;
        this.config = asStarted(Engines.resolve(given), member.topology());
        this.folder = folder;
        this.team = team;
        this.member = member;
    }

    /** An engine such as Slurm decides the number of workers, on which such batch norms depend. */
    private static RunConfig asStarted(RunConfig config, Topology at) {
        List<String> workers = List.of("cluster.workers=" + at.worldSize());
        return config.model().syncBatchNorm()
                ? ConfigLoader.with(config, workers, "the environment")
                : config;
    }

    /** Trains to the end, from the newest checkpoint if there is one. */
    void run() {
        Topology at = member.topology();
        // An engine such as Slurm decides the number of workers, so the config cannot vouch for it.
        int smallest = config.train().microBatch() * at.worldSize();
        if (!team.changes() && config.train().globalBatch() % smallest != 0) {
            throw new ConfigException(
                    "train.global_batch=%s is not a multiple of train.micro_batch=%s times %s workers"
                            .formatted(
                                    config.train().globalBatch(),
                                    config.train().microBatch(),
                                    at.worldSize()));
        }
        try (LeaveSignal leave = new LeaveSignal(team::hurry);
                RunLock lock = lock(at);
                DataSet data = DataSet.openTrain(config.data());
                WorkerThreads threads = WorkerThreads.start(config, at)) {
            if (!team.changes()) {
                leave.listen(); // else once it is a member: before it can just go
            }
            int classes = classes(config, data);
            NetworkSpec network = network(config, classes);
            EngineFactory factory = Engines.named(config.engine().name());
            EngineConfig options =
                    factory.forWorker(
                            config.engine().withThreads(threads.compute()), member.localRank());
            sayEngine(at);
            try (TrainedModel model =
                    TrainedModel.compile(
                            config, network, classes, factory, options, at, threads.blocks())) {
                train(data, network, model, threads, leave);
            }
            team.leave();
        }
    }

    private RunLock lock(Topology at) {
        if (team.changes()) {
            return RunLock.share(folder, member.jobName().orElse(""));
        }
        return at.leads() ? RunLock.hold(folder) : RunLock.NONE;
    }

    private void sayEngine(Topology at) {
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
            DataSet data,
            NetworkSpec network,
            TrainedModel model,
            WorkerThreads threads,
            LeaveSignal leave) {
        TrainingStream stream = stream(data);
        long samples = stream.selection().count();
        long totalSteps = config.train().stepCount(samples);
        CheckpointFolder checkpoints =
                folder.checkpoints(config.train().cadence().keepCheckpoints());
        if (!team.changes()) { // else the coordinator compares them
            Preflight.heed(
                    config,
                    folder,
                    model.layout().length(),
                    team.meet(RunState.NONE, Optional.empty()),
                    data.fingerprint());
        }
        RunState state =
                new RunState(
                        model,
                        () -> Resume.load(config, data.fingerprint(), checkpoints, samples, model),
                        startNs);
        Trainer trainer = new Trainer(config, model, state, totalSteps, team, threads.exchange());
        Quarantine quarantine = Quarantine.in(folder.root());
        RunCadence.Snapshot snapshot =
                new RunCadence.Snapshot(network, model, state, data.fingerprint());
        try (RunCadence cadence =
                new RunCadence(
                        config,
                        folder,
                        samples,
                        totalSteps,
                        snapshot,
                        leave,
                        lead(data, samples, totalSteps, state, model))) {
            trainer.run(source(data, stream, quarantine, threads), cadence);
        }
    }

    /** As one of the fewest workers reads it, who each read the most. */
    private TrainingStream stream(DataSet data) {
        int fewest = team.changes() ? config.cluster().minWorkers() : member.topology().worldSize();
        BatchPartition partition =
                new BatchPartition(
                        config.train().globalBatch(),
                        config.train().microBatch(),
                        new Topology(0, fewest));
        return TrainingStream.of(
                data, config.data(), partition, config.train().objective().link(), config.seed());
    }

    private RunCadence.Lead lead(
            DataSet data, long samples, long totalSteps, RunState state, TrainedModel model) {
        LeaderFile leader =
                new LeaderFile(
                        folder.leader(), Duration.ofSeconds(config.cluster().timeoutSeconds()));
        return new RunCadence.Lead() {
            @Override
            public void join(Topology at) {
                if (team.changes()) {
                    leader.join(team.generationName(), at.leads());
                }
            }

            @Override
            public void require() {
                if (team.changes()) {
                    leader.require();
                }
            }

            @Override
            public boolean alone(Path file, Runnable write) {
                return leader.alone(file, write);
            }

            @Override
            public void begin() {
                if (team.changes()) {
                    Finding.heed(
                            Preflight.disk(config, folder, model.layout().length()),
                            Preflight::warn);
                }
                if (state.samples() < totalSteps * config.train().globalBatch()) {
                    folder.dropSummary();
                }
                recordInputs(data);
            }

            @Override
            public void complete(Topology at) {
                folder.writeSummary(summary(data, samples, state, at, model.parameters()));
            }
        };
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

    private Feed.Source source(
            DataSet data, TrainingStream stream, Quarantine quarantine, WorkerThreads threads) {
        return (partition, firstStep, endStep, ofFirstStep) ->
                threads.free()
                        .call(
                                () ->
                                        BatchLoader.training(
                                                stream.dealtBy(partition),
                                                config.data(),
                                                data.taxonomy(),
                                                quarantine,
                                                firstStep,
                                                endStep,
                                                ofFirstStep,
                                                threads.decoding()));
    }

    private ObjectNode summary(
            DataSet data, long samples, RunState state, Topology at, FloatBuffer parameters) {
        long steps = state.stepsDone();
        ObjectNode summary = JsonNodeFactory.instance.objectNode();
        summary.put("name", config.name());
        summary.put("world_size", at.worldSize());
        summary.put("generations", team.generation() + 1);
        summary.put("steps", steps);
        summary.put("subset_samples", samples);
        summary.put("dropped_images", data.droppedCount());
        summary.put("classes", classes(config, data));
        summary.put("samples", state.samples());
        summary.put("epochs", (double) state.samples() / samples);
        summary.put("wall_seconds", state.seconds(System.nanoTime()));
        summary.put("final_loss", state.loss());
        summary.put("parameters_sha256", ParameterHash.sha256(parameters));
        summary.put("data_fingerprint", data.fingerprint());
        summary.put("quarantined_images", Quarantine.in(folder.root()).size());
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
        NetworkSpec network =
                NetworkSpec.ofImages(
                        Architectures.create(config.model(), classes, size, config.seed()), size);
        String frozen = config.model().freezeUpTo();
        return frozen == null ? network : network.withFrozenUpTo(frozen);
    }
}
