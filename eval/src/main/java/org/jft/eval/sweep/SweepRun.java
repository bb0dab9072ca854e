package org.jft.eval.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.RunConfig;
import org.jft.train.loop.RunFolder;
import org.jft.train.loop.TrainingJob;

/**
 * A run, and the points that it gives: several when it is in more than one series, such as the
 * whole set under both budgets.
 *
 * @param number in its sweep, from 1
 * @param folder named by what decides its numbers, so that sweeps in one folder share it too
 * @param points at least one
 */
public record SweepRun(int number, RunFolder folder, List<SweepPoint> points) {
    /**
     * Returns the runs of some points, in the order of their first points.
     *
     * @param folder that holds their folders
     */
    static List<SweepRun> of(List<SweepPoint> points, DataFacts facts, Starts starts, Path folder) {
        Map<String, List<SweepPoint>> byFolder = new LinkedHashMap<>();
        for (SweepPoint point : points) {
            String name = folderName(point, facts, starts);
            byFolder.computeIfAbsent(name, any -> new ArrayList<>()).add(point);
        }
        List<SweepRun> runs = new ArrayList<>();
        byFolder.forEach(
                (name, shared) ->
                        runs.add(
                                new SweepRun(
                                        runs.size() + 1,
                                        new RunFolder(folder.resolve(name)),
                                        List.copyOf(shared))));
        return runs;
    }

    /** Returns {@code resnet20s-10pct-seed0-1a2b3c4d}: from the run alone, not from its series. */
    private static String folderName(SweepPoint point, DataFacts facts, Starts starts) {
        RunConfig config = point.config();
        String identity =
                TrainingJob.identity(
                        config, facts.fingerprint(config).orElse(""), starts.sha256(config));
        return "%s-%s-seed%s-%s"
                .formatted(
                        config.model().architecture(),
                        Grid.fileName(point.subset()),
                        point.seed(),
                        identity.substring(0, 8));
    }

    /** Returns the config of the run: its points' agree in all that training reads. */
    public RunConfig config() {
        return points.get(0).config();
    }

    /** Returns the optimizer steps; empty when they depend on a data set that is not there. */
    public OptionalLong steps() {
        return points.get(0).steps();
    }

    /** Returns whether it is trained to the end. */
    public boolean trained() {
        return folder.readSummary().isPresent();
    }

    /** Returns the step that it would go on from. */
    public long stepsDone() {
        var files = folder.checkpoints(1).files();
        return files.isEmpty() ? 0 : CheckpointFolder.step(files.get(files.size() - 1));
    }

    @Override
    public String toString() {
        return points.get(0).toString();
    }
}
