package org.jft.eval.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.core.failure.ConfigException;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.Manifest;
import org.jft.data.store.Storage;
import org.jft.eval.report.ReportPoint;
import org.jft.eval.transfer.classification.CheckpointScorer;
import org.jft.train.loop.RunFolder;
import org.jft.train.loop.TrainingJob;

/** One run and one score for each subset and seed, smallest subsets first. */
public final class Sweep {
    private final RunConfig base;
    private final List<SweepPoint> points;
    private final Path folder;
    private final Listener listener;

    /** Hears how far the sweep is. */
    public interface Listener {
        /** A point begins, the {@code number}-th of {@code count}, from 1. */
        void begins(SweepPoint point, int number, int count);

        /** A point is trained and scored, now or earlier. */
        void scored(SweepPoint point, ReportPoint result, boolean reused);
    }

    /**
     * @param base config of every run but its subset and seed; {@code data.test} is required
     * @param folder of the sweep
     */
    public Sweep(RunConfig base, List<Subset> subsets, Path folder, Listener listener) {
        if (base.data().test() == null) {
            throw new ConfigException(
                    "data.test is required: a sweep scores its runs on a held-out data set");
        }
        this.base = base;
        this.points = points(subsets, base.eval().seeds(), rowCount(base));
        this.folder = folder;
        this.listener = listener;
    }

    /** Without the data set nobody knows which of 10% and 30M is larger: counts come last. */
    private static long rowCount(RunConfig base) {
        try (Storage train = Storage.of(base.data().train(), base.data().store())) {
            return train.exists(Manifest.FILE_NAME) ? Manifest.load(train).rows() : 1;
        }
    }

    private static List<SweepPoint> points(List<Subset> subsets, List<Long> seeds, long rowCount) {
        Comparator<Subset> smallestFirst =
                Comparator.comparingDouble(subset -> subset.expectedRows(rowCount));
        List<SweepPoint> points = new ArrayList<>();
        for (Subset subset : subsets.stream().distinct().sorted(smallestFirst).toList()) {
            for (long seed : seeds.stream().distinct().sorted().toList()) {
                points.add(new SweepPoint(subset, seed));
            }
        }
        return points;
    }

    /** Returns the runs, in the order they are made. */
    public List<SweepPoint> points() {
        return points;
    }

    /** Trains and scores what is not there yet; returns all points. */
    public List<ReportPoint> run() throws InterruptedException {
        String testFingerprint;
        try (DataSet test = DataSet.openTest(base.data());
                DataSet train = DataSet.openTrain(base.data())) {
            if (test.classCount() != train.classCount()) {
                throw new ConfigException(
                        "%s has %s classes, but %s has %s: both must share one taxonomy"
                                .formatted(
                                        base.data().test(),
                                        test.classCount(),
                                        base.data().train(),
                                        train.classCount()));
            }
            testFingerprint = test.fingerprint();
        }
        List<ReportPoint> results = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            listener.begins(points.get(i), i + 1, points.size());
            results.add(run(points.get(i), testFingerprint));
        }
        return results;
    }

    private ReportPoint run(SweepPoint point, String testFingerprint) throws InterruptedException {
        RunConfig config = point.config(base);
        RunFolder run = new RunFolder(point.folder(folder));
        JsonNode summary = new TrainingJob(config, run).run();
        ScoreFile file = new ScoreFile(run.root().resolve("score.json"));
        ScoreFile.Key key =
                new ScoreFile.Key(
                        summary.path("parameters_sha256").asText(),
                        testFingerprint,
                        config.eval().crops());
        Optional<Map<String, Double>> before = file.read(key);
        Map<String, Double> metrics;
        if (before.isPresent()) {
            metrics = before.get();
        } else {
            Checkpoint checkpoint = run.checkpointOf(summary.path("steps").asLong());
            metrics = new CheckpointScorer(config, run.root()).score(checkpoint).metrics();
            file.write(key, metrics);
        }
        ReportPoint result =
                new ReportPoint(
                        point.subset().toString(),
                        summary.path("subset_samples").asLong(),
                        point.seed(),
                        metrics,
                        folder.relativize(run.root()).toString(),
                        summary.path("wall_seconds").asDouble(Double.NaN));
        listener.scored(point, result, before.isPresent());
        return result;
    }
}
