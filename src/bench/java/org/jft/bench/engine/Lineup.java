package org.jft.bench.engine;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.cli.ProgressLine;

/** The processes of all competitors, started one after the other; closes them together. */
final class Lineup implements AutoCloseable {
    private final List<StepProcess> processes = new ArrayList<>();

    private Lineup() {}

    /**
     * Starts all.
     *
     * @param competitors the first is ours and draws the weights
     */
    static Lineup start(
            List<Competitor> competitors, Assignment.Job job, int threads, double turnSeconds)
            throws IOException {
        Lineup lineup = new Lineup();
        Path weights = Files.createTempDirectory("jft-bench");
        try (ProgressLine progress =
                ProgressLine.start("start", competitors.size(), "processes", System.nanoTime())) {
            for (Competitor competitor : competitors) {
                lineup.processes.add(
                        new StepProcess(
                                new Assignment(competitor, job, threads, weights), turnSeconds));
                progress.update(lineup.processes.size(), System.nanoTime(), competitor.title());
            }
            return lineup;
        } catch (RuntimeException | IOException e) {
            lineup.close();
            throw e;
        } finally {
            MoreFiles.deleteRecursively(weights, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    /** Returns the processes in the order the competitors were given. */
    List<StepProcess> processes() {
        return processes;
    }

    StepProcess of(Competitor competitor) {
        return processes.stream()
                .filter(process -> process.competitor().equals(competitor))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        processes.forEach(StepProcess::close);
    }
}
