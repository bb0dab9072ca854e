package org.jft.train.loop;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Collectives;
import org.jft.cluster.launch.LaunchResult;
import org.jft.cluster.launch.LocalLauncher;
import org.jft.cluster.launch.MasterCoordinator;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.launch.Team;
import org.jft.cluster.launch.WorkerCommand;
import org.jft.cluster.preflight.CodeVersion;
import org.jft.cluster.preflight.Finding;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engines;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.jft.data.shard.DataSet;

/**
 * A run, started the way its surroundings ask for: in this process when it is the only worker, as
 * local worker processes when several are configured or their threads are to be bound to cores, as
 * one member when an engine such as torchrun or Slurm has started this process among others.
 * Running the same job again resumes it; running a complete one does nothing.
 */
public final class TrainingJob {
    private final RunConfig given;
    private final RunConfig config;
    private final RunFolder folder;

    /**
     * Describes.
     *
     * @param given config as the user gave it, which the run folder keeps; its engine is resolved
     *     here
     */
    public TrainingJob(RunConfig given, RunFolder folder) {
        this.given = given;
        this.config = Engines.resolve(given);
        this.folder = folder;
    }

    /**
     * Returns the summary of the complete run, after training what is missing.
     *
     * @throws LeftEarlyException when workers were told to end and left before the run was complete
     * @throws JftException when a worker failed; it has said why on standard error
     */
    public JsonNode run() throws InterruptedException {
        Optional<JsonNode> done = completed();
        return done.isPresent() ? done.get() : train();
    }

    /** Trains to the end, from the newest checkpoint if there is one, and returns the summary. */
    public JsonNode train() throws InterruptedException {
        MemberEnvironment member = MemberEnvironment.read(System.getenv());
        if (member.localRank() == 0) {
            Duration timeout = Duration.ofSeconds(config.cluster().timeoutSeconds());
            Finding.heed(Preflight.host(config, System.getenv(), timeout), Preflight::warn);
        }
        if (member.topology().worldSize() > 1 || !member.coordinators().isEmpty()) {
            runAsMember(member);
        } else if (config.cluster().workers() == 1 && !bound() && !config.cluster().changes()) {
            new Worker(given, folder, Team.fixed(Collective.solo()), member).run();
        } else {
            launch();
        }
        return folder.readSummary().orElseThrow();
    }

    /** Returns the summary when this very run, on this very data, is complete. */
    public Optional<JsonNode> completed() {
        return folder.readSummary()
                .filter(summary -> summary.path("data_fingerprint").asText().equals(dataNow()))
                .filter(
                        summary ->
                                Resume.sameRun(
                                        ConfigLoader.parse(
                                                summary.path("config").toString(),
                                                folder.summary().toString()),
                                        config));
    }

    /**
     * Returns a hash of what decides a run's numbers on this machine: two runs with equal ones end
     * with the same parameters, whatever they are called and, but for {@code
     * model.sync_batch_norm}, however many workers they have.
     *
     * @param dataFingerprint of the training set
     * @param start SHA-256 of the parameters that {@code model.init_from} names, see {@link
     *     org.jft.core.transfer.Backbone}; empty when it names none
     */
    public static String identity(RunConfig given, String dataFingerprint, String start) {
        return Resume.identity(Engines.resolve(given), dataFingerprint + start);
    }

    /**
     * Returns the step of the newest checkpoint in another run's folder that this run might have
     * written itself; 0 if there is none, with a warning for each corrupt one passed over. A run
     * that names that folder in {@code train.cadence.branch_from} then is not refused. Reads the
     * state alone: a run that finds the parameters corrupt goes on from an earlier checkpoint.
     *
     * @param steps of this run
     * @param other config of the other, on the same content of its data
     */
    public static long branchStep(
            RunConfig given, long steps, RunConfig other, long otherSteps, RunFolder otherFolder) {
        if (!Stem.of(given).equals(Stem.of(other)) || !samePrecision(given, other)) {
            return 0;
        }
        long common = Stem.commonSteps(given.train(), steps, other.train(), otherSteps);
        return Stem.lastState(
                        otherFolder.checkpoints(1),
                        common,
                        given.train().globalBatch(),
                        Resume::warn)
                .map(Checkpoint.State::step)
                .orElse(0L);
    }

    /** Engines have precisions of their own where none is given. */
    private static boolean samePrecision(RunConfig a, RunConfig b) {
        return Engines.resolve(a).engine().precision() == Engines.resolve(b).engine().precision();
    }

    private String dataNow() {
        try (DataSet data = DataSet.openTrain(config.data())) {
            return data.fingerprint();
        }
    }

    /** Joins the other members and does this one's part. */
    void runAsMember(MemberEnvironment member) {
        if (bound() && System.getenv(Cores.PLACES) == null) {
            throw new ConfigException(
                    "engine.affinity=CORES binds the workers this command starts, but it was started as rank %s by another launcher; bind it there, as srun --cpu-bind=cores does, and leave engine.affinity at none"
                            .formatted(member.topology().rank()));
        }
        ClusterConfig cluster = config.cluster();
        Duration timeout = Duration.ofSeconds(cluster.timeoutSeconds());
        Duration lostAfter = Duration.ofMillis(cluster.elastic().lostAfterMs());
        MemberEnvironment self =
                cluster.changes() ? MasterCoordinator.find(member, lostAfter, timeout) : member;
        try (Team team = team(self, timeout)) {
            new Worker(given, folder, team, self).run();
        }
    }

    /** Who joins an elastic job does so on its own: others cannot compare data and code with it. */
    private Team team(MemberEnvironment member, Duration timeout) {
        String fingerprint = Resume.fingerprint(config);
        if (!config.cluster().changes()) {
            return Team.fixed(Collectives.connect(member, config.cluster(), timeout, fingerprint));
        }
        String all =
                "config %s, data %.16s, code %s"
                        .formatted(fingerprint, dataNow(), CodeVersion.ofThisProcess());
        return Collectives.elastic(member, config.cluster(), timeout, all);
    }

    private boolean bound() {
        return config.engine().affinity() == EngineConfig.Affinity.CORES;
    }

    private void launch() throws InterruptedException {
        int workers = config.cluster().workers();
        Engines.named(config.engine().name()).requireDevices(config.engine(), workers);
        int threads = WorkerThreads.share(config.engine().threads(), new Topology(0, workers));
        List<Map<String, String>> environments = environments(workers, threads);
        folder.writeJob(given);
        WorkerCommand command =
                WorkerCommand.likeThisJvm(
                                WorkerMain.class.getName(), List.of(folder.root().toString()))
                        .withHeapMegabytes(heapMegabytes(workers));
        IntFunction<WorkerCommand> ofRank = rank -> command.withEnvironment(environments.get(rank));
        LaunchResult result = LocalLauncher.of(config.cluster(), ofRank).run();
        if (result.failure().isPresent()) {
            String failure = result.failure().get().toString();
            if (result.exitCode() == CommandRunner.USAGE) {
                throw new ConfigException(failure + ", see above");
            }
            if (result.exitCode() == LeftEarlyException.EXIT_CODE) {
                throw LeftEarlyException.ofWorkers(folder);
            }
            if (failure.contains("exited with code")) {
                throw new JftException(Category.ABORT_RUN, failure + ", see above");
            }
            throw new JftException(
                    Category.ABORT_RUN,
                    "%s; the same command goes on from the newest checkpoint in %s"
                            .formatted(failure, folder.root()));
        }
    }

    /** Returns what the OpenMP of each rank finds in its environment. */
    private List<Map<String, String>> environments(int workers, int threads) {
        List<Map<String, String>> environments = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            Map<String, String> own = new HashMap<>();
            own.put("OMP_NUM_THREADS", Integer.toString(threads));
            // A thread that waits must not hold a core another needs.
            own.put("OMP_WAIT_POLICY", "PASSIVE");
            if (bound()) {
                own.putAll(Cores.ofThisProcess().environment(rank, workers, threads));
            }
            environments.add(own);
        }
        return environments;
    }

    /** Returns the heap of one worker: the config's, else this JVM's own -Xmx, else a share. */
    private int heapMegabytes(int workers) {
        boolean given =
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .anyMatch(flag -> flag.startsWith("-Xmx"));
        if (config.cluster().heapMegabytes() > 0 || given) {
            return config.cluster().heapMegabytes(); // 0 keeps this JVM's flags
        }
        // The JVM's default is a quarter of the machine, for each worker.
        long share = (Runtime.getRuntime().maxMemory() >> 20) / workers;
        return (int) Math.max(256, Math.min(8192, share));
    }
}
