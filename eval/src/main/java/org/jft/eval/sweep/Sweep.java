package org.jft.eval.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.ConfigException;
import org.jft.eval.noise.LabelAudit;
import org.jft.eval.report.ReportPoint;
import org.jft.eval.transfer.classification.CheckpointScorer;
import org.jft.eval.transfer.classification.ClassScores;
import org.jft.eval.transfer.classification.HeldOutScores;
import org.jft.eval.transfer.classification.Mistake;
import org.jft.train.loop.TrainingJob;

/**
 * The runs of a grid and their scores, smallest subsets first. A run that several points or several
 * sweeps of one folder have in common is trained once.
 */
public final class Sweep {
    private final Path folder;
    private final DataFacts facts = new DataFacts();
    private final ClassFrequencies frequencies = new ClassFrequencies();
    private final Starts starts;
    private final List<SweepPoint> points;
    private final List<SweepRun> runs;
    private final TimeEstimate estimate = new TimeEstimate();
    private final Map<SweepPoint, ReportPoint> results = new LinkedHashMap<>();
    private final Map<SweepPoint, List<Mistake>> mistakes = new HashMap<>();

    /** Hears how far the sweep is. */
    public interface Listener {
        /** A run begins, or is found complete. */
        void begins(SweepRun run);

        /**
         * A run is trained and scored.
         *
         * @param reused whether both were so before
         */
        void ends(SweepRun run, List<ReportPoint> results, boolean reused);
    }

    /**
     * Plans; trains nothing, and works without the data set as far as the config says enough.
     *
     * @param base config of every run but for the axes of the grid; {@code data.test} is required
     * @param folder of the sweep
     */
    public Sweep(RunConfig base, Path folder) {
        if (base.data().test() == null) {
            throw new ConfigException(
                    "data.test is required: a sweep scores its runs on a held-out data set");
        }
        this.folder = folder;
        points = new Grid(base, facts).points();
        Path runFolders = folder.resolve("points");
        starts = new Starts(runFolders);
        runs = SweepRun.of(points, facts, starts, runFolders);
        runs.forEach(estimate::learn);
    }

    /** Returns the points of all series. */
    public List<SweepPoint> points() {
        return points;
    }

    /** Returns the series, in the order of the grid. */
    public List<Series> series() {
        return points.stream().map(SweepPoint::series).distinct().toList();
    }

    /** Returns the runs in the order they are made, numbered from 1. */
    public List<SweepRun> runs() {
        return runs;
    }

    /** Returns what is known of the time of runs so far. */
    public TimeEstimate estimate() {
        return estimate;
    }

    /** Returns the points that are trained and scored, as far as this object has seen. */
    public Map<SweepPoint, ReportPoint> results() {
        return results;
    }

    /** Returns the held-out images that a point of the results was most certainly wrong about. */
    public List<Mistake> mistakes(SweepPoint point) {
        return mistakes.getOrDefault(point, List.of());
    }

    /**
     * Fails, before anything is trained, when a data set is missing or does not fit, or when what a
     * run is to start from is gone.
     *
     * @throws ConfigException in one sentence
     */
    public void checkInputs() {
        points.forEach(point -> facts.testFingerprint(point.config()));
        runs.stream()
                .filter(run -> !run.trained() && run.stepsDone() == 0)
                .forEach(run -> starts.require(run.config()));
    }

    /** Trains and scores what is not there yet. */
    public void run(Listener listener) throws InterruptedException {
        for (SweepRun run : runs) {
            run(run, listener);
        }
    }

    /** Trains and scores one run, unless it is there; by the rank that leads, if there are more. */
    public void run(SweepRun run, Listener listener) throws InterruptedException {
        listener.begins(run);
        boolean leads = MemberEnvironment.read(System.getenv()).topology().leads();
        if (leads) {
            starts.note(run);
        }
        boolean trained = run.trained();
        JsonNode summary = new TrainingJob(branched(run), run.folder()).run();
        if (!leads) {
            return;
        }
        if (!trained) {
            estimate.learn(run);
        }
        boolean reused = trained;
        for (SweepPoint point : run.points()) {
            ScoreFile file = scoreFile(run, point, summary);
            Optional<RunScores> before = file.read().filter(scores -> suffices(scores, run));
            reused &= before.isPresent();
            RunScores scores = before.isPresent() ? before.get() : score(run, point);
            if (before.isEmpty()) {
                file.write(scores);
            }
            results.put(point, result(run, point, summary, scores));
            mistakes.put(point, scores.mistakes());
        }
        listener.ends(run, run.points().stream().map(results::get).toList(), reused);
    }

    /** Lets a new run go on from the one with which it has the most steps in common. */
    private RunConfig branched(SweepRun run) {
        RunConfig config = run.config();
        if (config.train().cadence().branchFrom() != null || run.stepsDone() > 0) {
            return config;
        }
        long most = 0;
        for (SweepRun other : runs) {
            long common = other == run || run.steps().isEmpty() ? 0 : commonSteps(run, other);
            if (common > most) {
                most = common;
                config =
                        ConfigLoader.with(
                                run.config(),
                                List.of("train.cadence.branch_from=" + other.folder().root()));
            }
        }
        return config;
    }

    private long commonSteps(SweepRun run, SweepRun other) {
        boolean sameData =
                facts.fingerprint(run.config()).equals(facts.fingerprint(other.config()));
        return sameData && other.stepsDone() > 0
                ? TrainingJob.branchStep(
                        run.config(),
                        run.steps().orElseThrow(),
                        other.config(),
                        other.steps().orElseThrow(),
                        other.folder())
                : 0;
    }

    private ScoreFile scoreFile(SweepRun run, SweepPoint point, JsonNode summary) {
        return new ScoreFile(
                run.folder().root(),
                new ScoreFile.Key(
                        summary.path("parameters_sha256").asText(),
                        facts.testFingerprint(point.config()),
                        point.config().eval().crops()));
    }

    /** Metrics alone, as an earlier version kept them, do only where nothing can score anew. */
    private static boolean suffices(RunScores scores, SweepRun run) {
        return scores.byClass().isPresent()
                || !Files.exists(run.folder().checkpoints(1).file(run.steps().orElseThrow()));
    }

    private RunScores score(SweepRun run, SweepPoint point) {
        Checkpoint checkpoint = run.folder().checkpointOf(run.steps().orElseThrow());
        RunConfig config = point.config();
        Path root = run.folder().root();
        HeldOutScores scores = new CheckpointScorer(config, root).score(checkpoint);
        Map<String, Double> metrics = new LinkedHashMap<>(scores.overall().metrics());
        if (config.data().labels().noise().enabled()) {
            metrics.putAll(new LabelAudit(config, root).audit(checkpoint));
        }
        ClassScores byClass =
                new ClassScores(
                        frequencies.of(config, scores.positives().length),
                        scores.positives(),
                        scores.averagePrecision());
        return new RunScores(metrics, Optional.of(byClass), scores.mistakes());
    }

    private ReportPoint result(SweepRun run, SweepPoint point, JsonNode summary, RunScores scores) {
        return new ReportPoint(
                point.subset().toString(),
                summary.path("subset_samples").asLong(),
                point.seed(),
                scores.metrics(),
                folder.relativize(run.folder().root()).toString(),
                summary.path("wall_seconds").asDouble(Double.NaN),
                scores.byClass());
    }
}
