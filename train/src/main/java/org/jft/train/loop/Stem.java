package org.jft.train.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.RunConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.failure.CorruptDataException;
import org.jft.train.optimizer.Schedule;

/**
 * The steps that two runs have in common: those up to which they have the same learning rates, if
 * they differ in their length and schedule alone and no objective grows with the run. A checkpoint
 * of one there is one of the other. So one long run at a rate that does not depend on its length
 * serves many shorter ones, of which each takes but its cool-down (Zhai et al. 2022, arXiv
 * 2106.04560).
 */
final class Stem {
    private Stem() {}

    /** Returns what decides a run's numbers but for its length and learning rates. */
    static ObjectNode of(RunConfig config) {
        ObjectNode tree = Resume.deciding(config);
        ((ObjectNode) tree.get("train")).remove(List.of("epochs", "steps", "schedule"));
        return tree;
    }

    /**
     * Returns how many steps a run has in common with another before its own last, given that they
     * differ in nothing else.
     */
    static long commonSteps(TrainConfig run, long steps, TrainConfig other, long otherSteps) {
        Double objectiveWarmup = run.objective().warmup(); // a share of the run
        if (steps != otherSteps && objectiveWarmup != null && objectiveWarmup > 0) {
            return 0;
        }
        Schedule rate = Schedule.of(run.schedule(), steps);
        Schedule otherRate = Schedule.of(other.schedule(), otherSteps);
        long most = Math.min(steps - 1, otherSteps); // the last leaves the run's own checkpoint
        long step = 0;
        while (step < most && rate.at(step) == otherRate.at(step)) {
            step++;
        }
        return step;
    }

    /**
     * Reads the newest intact checkpoint of at most that many steps, each of {@code globalBatch}
     * samples: after steps of other sizes, as an elastic job may take, a run has them in common
     * with no other.
     *
     * @param warn hears of each that is passed over
     */
    static Optional<Checkpoint> lastCheckpoint(
            CheckpointFolder folder, long steps, int globalBatch, Consumer<String> warn) {
        return last(folder, steps, globalBatch, CheckpointFile::read, Checkpoint::state, warn);
    }

    /** The same of the state alone: the parameters may yet turn out to be corrupt. */
    static Optional<Checkpoint.State> lastState(
            CheckpointFolder folder, long steps, int globalBatch, Consumer<String> warn) {
        return last(
                folder, steps, globalBatch, CheckpointFile::readState, Function.identity(), warn);
    }

    private static <T> Optional<T> last(
            CheckpointFolder folder,
            long steps,
            int globalBatch,
            Function<Path, T> read,
            Function<T, Checkpoint.State> stateOf,
            Consumer<String> warn) {
        List<Path> files = folder.files();
        for (int i = files.size() - 1; i >= 0; i--) {
            Path file = files.get(i);
            if (CheckpointFolder.step(file) > steps) {
                continue;
            }
            try {
                T found = read.apply(file);
                Checkpoint.State state = stateOf.apply(found);
                if (state.samples() == state.step() * globalBatch) {
                    return Optional.of(found);
                }
                warn.accept(
                        "%s has seen steps of other sizes than train.global_batch=%s, so no other run goes on from it"
                                .formatted(file, globalBatch));
            } catch (CorruptDataException e) {
                warn.accept(e.getMessage());
            }
        }
        return Optional.empty();
    }
}
